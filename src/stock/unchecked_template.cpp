#include "stock/unchecked_template.hpp"

#include "op/prompt_template.hpp"

namespace ember::non {

Specification unchecked_template(const std::string& text) {
  // A Specification that checks nothing reads its template late; a malformed one shall fail here.
  static_cast<void>(PromptTemplate(text));
  return Specification({.prompt_template = text, .check_all_placeholders = false});
}

}  // namespace ember::non
