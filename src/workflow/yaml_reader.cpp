// Builds the tree from yaml-cpp's events: its own nodes have no places of keys, and drop keys that stand
// twice.
#include "workflow/yaml_reader.hpp"

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <ember/error.hpp>
#include <ember/json.hpp>

namespace ember::workflow {
namespace {

constexpr std::size_t most_nodes = 20'000;
constexpr std::size_t most_depth = 100;

class TreeBuilder final : public YAML::EventHandler {
 public:
  /// With `fixed` every node gets that place.
  TreeBuilder(std::shared_ptr<const std::string> source, const Place* fixed, ConfigErrors& errors)
      : source_(std::move(source)), fixed_(fixed), errors_(errors) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(leaf(ConfigNode::Form::null, mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(place(mark), "an alias inside the very thing that it stands for");
    finish(ConfigNode(found->second), 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp gives plain scalars the tag `?` and quoted ones `!`.
    const bool is_plain = tag == "?" || tag.empty();
    const bool is_null =
        is_plain && (value.empty() || value == "~" || value == "null" || value == "Null" || value == "NULL");
    ConfigNode node = leaf(is_null ? ConfigNode::Form::null : ConfigNode::Form::scalar, mark);
    node.text = value;
    node.is_quoted = !is_plain;
    finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(ConfigNode::Form::list, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(ConfigNode::Form::mapping, mark, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] ConfigNode take_root() { return std::move(root_); }

 private:
  struct Open {
    ConfigNode node;
    YAML::anchor_t anchor;
    std::optional<ConfigField> pending;
  };

  [[nodiscard]] Place place(const YAML::Mark& mark) const {
    if (fixed_) return *fixed_;
    return {source_, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
  }
  [[noreturn]] static void refuse(const Place& where, const std::string& message) {
    throw ConfigError(where.text() + ": " + message);
  }
  [[nodiscard]] ConfigNode leaf(ConfigNode::Form form, const YAML::Mark& mark) const {
    ConfigNode node;
    node.form = form;
    node.place = place(mark);
    return node;
  }
  void open(ConfigNode::Form form, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (stack_.size() >= most_depth) refuse(place(mark), "nested deeper than 100 levels");
    stack_.push_back({leaf(form, mark), anchor, std::nullopt});
  }
  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  void finish(ConfigNode node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    parent.node.size += node.size;
    if (parent.node.size > most_nodes) refuse(parent.node.place, "more than 20,000 entries");
    if (parent.node.is_list()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.pending) {
      start_field(parent, node);
    } else {
      end_field(parent, std::move(node));
    }
  }
  static void start_field(Open& parent, const ConfigNode& key) {
    if (!key.is_scalar()) refuse(key.place, "a key must be a text, found " + described(key));
    parent.pending = ConfigField{key.text, key.place, {}};
  }
  void end_field(Open& parent, ConfigNode node) {
    ConfigField field = std::move(*parent.pending);
    parent.pending.reset();
    if (parent.node.find(field.key)) {
      errors_.add(field.place, "'" + field.key + "' stands twice" + first_place(parent.node, field.key));
      return;
    }
    field.content = std::move(node);
    parent.node.fields.push_back(std::move(field));
  }
  static std::string first_place(const ConfigNode& mapping, const std::string& key) {
    for (const ConfigField& field : mapping.fields) {
      if (field.key == key && field.place.line != 0)
        return "; first in line " + std::to_string(field.place.line);
    }
    return {};
  }

  std::shared_ptr<const std::string> source_;
  const Place* fixed_;
  ConfigErrors& errors_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, ConfigNode> anchors_;
  ConfigNode root_;
};

ConfigNode read(std::string_view text, const Place& start, const Place* fixed, ConfigErrors& errors) {
  if (!is_utf8(text)) throw ConfigError(start.text() + ": the text is not valid UTF-8");
  TreeBuilder builder(start.source, fixed, errors);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      ConfigNode nothing;
      nothing.place = start;
      return nothing;
    }
    ConfigNode root = builder.take_root();
    ConfigErrors ignored;
    TreeBuilder rest(start.source, fixed, ignored);
    if (parser.HandleNextDocument(rest)) {
      throw ConfigError(rest.take_root().place.text() + ": a second document; one file holds one workflow");
    }
    return root;
  } catch (const YAML::Exception& error) {
    Place where = start;
    if (!fixed && !error.mark.is_null()) {
      where.line = static_cast<std::size_t>(error.mark.line) + 1;
      where.column = static_cast<std::size_t>(error.mark.column) + 1;
    }
    throw ConfigError(where.text() + ": not valid YAML: " + error.msg);
  }
}

}  // namespace

ConfigNode read_yaml(std::string_view text, const std::string& source, ConfigErrors& errors) {
  return read(text, {std::make_shared<const std::string>(source), 1, 1}, nullptr, errors);
}

ConfigNode read_yaml_setting(std::string_view text, const Place& place, ConfigErrors& errors) {
  return read(text, place, &place, errors);
}

}  // namespace ember::workflow
