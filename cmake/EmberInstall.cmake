# Installs the library, its headers, its CMake package and its pkg-config file.
# Components: runtime (the shared library), development (all that a compiler needs), cli (the command).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ember")
ember_linked_packages(packages)

install(TARGETS ember EXPORT ember-targets
  RUNTIME COMPONENT runtime
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development
  FILE_SET HEADERS COMPONENT development)
install(EXPORT ember-targets NAMESPACE ember:: DESTINATION "${package_dir}" COMPONENT development)
if(TARGET ember_cli)
  install(TARGETS ember_cli RUNTIME COMPONENT cli)
endif()

# A static library leaves its dependencies to the program that links it; a shared one has them inside.
set(find_dependencies "")
set(pkgconfig_requires "")
foreach(package IN LISTS packages)
  string(APPEND find_dependencies "find_dependency(${package})\n")
  list(APPEND pkgconfig_requires ${EMBER_MODULE_${package}})
endforeach()
list(JOIN pkgconfig_requires ", " pkgconfig_requires)
if(BUILD_SHARED_LIBS)
  set(find_dependencies "")
  set(pkgconfig_requires_public "")
  set(pkgconfig_requires_private "${pkgconfig_requires}")
else()
  # Not Requires.private: `pkg-config --static` would also ask for the private libraries of libcurl, which Debian's
  # development package does not bring, while a plain `pkg-config --libs ember` would not link.
  set(pkgconfig_requires_public "${pkgconfig_requires}")
  set(pkgconfig_requires_private "")
endif()

configure_package_config_file(cmake/ember-config.cmake.in ember-config.cmake
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(ember-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/ember-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/ember-config-version.cmake"
  DESTINATION "${package_dir}" COMPONENT development)
if(re2 IN_LIST packages AND NOT BUILD_SHARED_LIBS)
  install(FILES cmake/Findre2.cmake DESTINATION "${package_dir}" COMPONENT development)
endif()

# Relative to the file itself, so that `cmake --install --prefix` and moved trees work.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pkgconfig_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pkgconfig_prefix "/${pkgconfig_dir}" "/")
  string(REGEX REPLACE "/$" "" pkgconfig_prefix "${pkgconfig_prefix}")
  string(PREPEND pkgconfig_prefix "\${pcfiledir}/")
endif()
cmake_path(APPEND pkgconfig_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND pkgconfig_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(cmake/ember.pc.in ember.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/ember.pc"
  DESTINATION "${pkgconfig_dir}" COMPONENT development)
