# Defines re2::re2. Newer releases of RE2 bring a CMake package of their own; Debian 12 has the pkg-config file only.
find_package(re2 CONFIG QUIET)
if(NOT TARGET re2::re2)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(RE2 QUIET re2)
  endif()
  find_path(RE2_INCLUDE_DIR re2/re2.h HINTS ${RE2_INCLUDE_DIRS})
  find_library(RE2_LIBRARY re2 HINTS ${RE2_LIBRARY_DIRS})
  mark_as_advanced(RE2_INCLUDE_DIR RE2_LIBRARY)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(re2 REQUIRED_VARS RE2_LIBRARY RE2_INCLUDE_DIR VERSION_VAR RE2_VERSION)
  if(re2_FOUND)
    find_package(Threads REQUIRED)
    add_library(re2::re2 UNKNOWN IMPORTED)
    set_target_properties(re2::re2 PROPERTIES
      IMPORTED_LOCATION "${RE2_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${RE2_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES Threads::Threads)
  endif()
endif()
