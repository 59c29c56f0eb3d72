// DataRead: a place where `forward` asked for data, or for a structure that only the data has.
#pragma once

#include <string>

namespace ember::xcs {

struct DataRead {
  /// The composites around it: `pipeline.panel`.
  std::string composite;
  /// `the data of 'classify.kind'`.
  std::string what;
  /// `router.cpp:41`; empty when it is not known.
  std::string place;
};

}  // namespace ember::xcs
