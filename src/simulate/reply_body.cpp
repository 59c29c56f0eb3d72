#include "simulate/reply_body.hpp"

#include <algorithm>
#include <utility>

namespace ember::simulate {

namespace {

class WholeBody final : public ReplyBody {
 public:
  WholeBody(Duration at, std::string bytes) : piece_(Piece{at, std::move(bytes)}) {}
  std::optional<Piece> next() override { return std::exchange(piece_, std::nullopt); }

 private:
  std::optional<Piece> piece_;
};

class CutBody final : public ReplyBody {
 public:
  CutBody(std::unique_ptr<ReplyBody> body, std::size_t whole) : body_(std::move(body)), whole_(whole) {}

  std::optional<Piece> next() override {
    if (body_ == nullptr) return std::nullopt;
    std::optional<Piece> piece = body_->next();
    if (whole_ > 0) {
      --whole_;
      return piece;
    }
    body_.reset();
    if (piece) piece->bytes.resize(piece->bytes.size() / 2);
    return piece;
  }

 private:
  std::unique_ptr<ReplyBody> body_;
  std::size_t whole_;
};

class DripBody final : public ReplyBody {
 public:
  DripBody(std::unique_ptr<ReplyBody> body, Duration interval)
      : body_(std::move(body)), interval_(interval) {}

  std::optional<Piece> next() override {
    while (sent_ == piece_.bytes.size()) {
      std::optional<Piece> piece = body_->next();
      if (!piece) return std::nullopt;
      piece_ = std::move(*piece);
      sent_ = 0;
    }
    const Duration at = std::max(piece_.at, earliest_);
    earliest_ = at + interval_;
    return Piece{at, std::string(1, piece_.bytes[sent_++])};
  }

 private:
  std::unique_ptr<ReplyBody> body_;
  Duration interval_;
  Duration earliest_{0};
  Piece piece_{};
  std::size_t sent_ = 0;
};

}  // namespace

std::unique_ptr<ReplyBody> whole_body(Duration at, std::string bytes) {
  return std::make_unique<WholeBody>(at, std::move(bytes));
}

std::unique_ptr<ReplyBody> cut_body(std::unique_ptr<ReplyBody> body, std::size_t whole) {
  return std::make_unique<CutBody>(std::move(body), whole);
}

std::unique_ptr<ReplyBody> drip_body(std::unique_ptr<ReplyBody> body, Duration interval) {
  return std::make_unique<DripBody>(std::move(body), interval);
}

}  // namespace ember::simulate
