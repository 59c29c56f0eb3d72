// Signatures: the texts by which operators say that they are no longer what they were.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ember/op.hpp>

namespace ember::xcs {

/// What an operator said about itself at one time.
struct OperatorSignature {
  /// Lifetime: that of whatever holds this.
  const OperatorBase* target = nullptr;
  std::string structure;
  std::string state;

  friend bool operator==(const OperatorSignature&, const OperatorSignature&) = default;
};

/// What a composite that was laid open said: what was recorded of it holds as long as it says the same.
struct SignatureFact {
  std::shared_ptr<const OperatorBase> target;
  OperatorSignature signature;

  friend bool operator==(const SignatureFact&, const SignatureFact&) = default;
};

/// What `target` says now.
OperatorSignature signature_of(const OperatorBase& target);
/// Notes what `target` says, once; nothing where its class has no signature.
void note_signature(std::vector<SignatureFact>& facts, const std::shared_ptr<const OperatorBase>& target);
/// True while all say what they said.
bool signatures_hold(const std::vector<SignatureFact>& facts);
/// How an operator says something else: `the structure signature of 'Router' is 'b', before it was 'a'`.
/// Empty when it does not.
std::string signature_change(const OperatorSignature& before, const OperatorSignature& now);
/// The first difference between the facts and what is said now.
std::string signature_change(const std::vector<SignatureFact>& facts);

}  // namespace ember::xcs
