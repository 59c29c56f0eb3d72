// RankWorld: the ranks of this program, joined once.
#pragma once

#include <memory>

#include "ranks/rank_link.hpp"
#include "ranks/rank_mail.hpp"

namespace ember::ranks {

class RankWorld {
 public:
  /// Joins the world in the first call. Throws as `xcs::world` does.
  static RankWorld& instance();

  [[nodiscard]] const JoinedWorld& joined() const noexcept { return joined_; }
  [[nodiscard]] RankMail& mail() const noexcept { return *mail_; }

 private:
  RankWorld();

  /// The thread of the link uses it to the end of the process.
  RankMail* mail_ = new RankMail;
  JoinedWorld joined_;
};

}  // namespace ember::ranks
