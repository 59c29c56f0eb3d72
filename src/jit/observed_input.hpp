// ObservedInput: the input of a composite whose run is observed: data that is there, with where it came from.
#pragma once

#include <memory>

#include <ember/value.hpp>
#include <ember/var.hpp>

#include "jit/trace_guard.hpp"

namespace ember::xcs {

class DataflowSession;

class ObservedInput final : public VarSource {
 public:
  ObservedInput(std::weak_ptr<DataflowSession> session, Value value, Binding origin)
      : session_(std::move(session)), value_(std::move(value)), origin_(std::move(origin)) {}

  [[nodiscard]] Value read(const Path& path) const override;
  [[nodiscard]] std::size_t size(const Path& path) const override;
  [[nodiscard]] bool has(const Path& path, std::string_view field) const override;
  [[nodiscard]] Interpreter* interpreter() const noexcept override;
  void note_derived(const VarData& derived) const override;

  /// The part of the run inputs that `path` leads to from here.
  [[nodiscard]] Binding part_binding(const Path& path) const;
  [[nodiscard]] bool belongs_to(const DataflowSession& session) const noexcept {
    return session_.lock().get() == &session;
  }

 private:
  Value ask(TraceGuard::Question question, const Path& path, const std::string& field) const;

  const std::weak_ptr<DataflowSession> session_;
  const Value value_;
  const Binding origin_;
};

}  // namespace ember::xcs
