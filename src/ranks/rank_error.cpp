#include <utility>

#include <ember/world.hpp>

#include "value/error_value.hpp"

namespace ember::xcs {
namespace {

std::string text_of(int rank, const std::string& host, std::size_t first, std::size_t last, bool has_died) {
  std::string text = "[mesh] rank " + std::to_string(rank) + " on host " + host;
  text += has_died ? " died" : " ended before the others";
  if (first == last) return text;
  text += has_died ? " while it had item" : " and leaves item";
  if (last == first + 1) return text + " " + std::to_string(first);
  return text + "s " + std::to_string(first) + "-" + std::to_string(last - 1);
}

Value own_parts(const std::exception& error) {
  const auto& own = dynamic_cast<const RankError&>(error);
  return {{"rank", own.rank()}, {"host", own.host()}, {"first", own.first()}, {"last", own.last()}};
}

std::exception_ptr make_rank_error(const ErrorParts& parts) {
  const bool has_died = parts.message.find(" died") != std::string::npos;
  return parts.complete(RankError(static_cast<int>(parts.own["rank"].integer()), parts.own["host"].string(),
                                  static_cast<std::size_t>(parts.own["first"].integer()),
                                  static_cast<std::size_t>(parts.own["last"].integer()), has_died));
}

const ErrorRegistration registration(error_form<RankError, TransformError>(&make_rank_error, &own_parts));

}  // namespace

RankError::RankError(int rank, std::string host, std::size_t first, std::size_t last, bool has_died)
    : TransformError(text_of(rank, host, first, last, has_died), Errc::mesh_sharding),
      rank_(rank),
      host_(std::move(host)),
      first_(first),
      last_(last) {
  add_context("rank", std::to_string(rank_));
  add_context("host", host_);
}

}  // namespace ember::xcs
