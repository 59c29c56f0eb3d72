# One target per layer. A layer is an object library; `ember` collects the objects of all of them.
# That a layer includes only from the layers before it is checked by scripts/check_layers.py.

set(EMBER_LAYERS "" CACHE INTERNAL "layers of the library, in order")
set(EMBER_PUBLIC_HEADERS "" CACHE INTERNAL "public headers, as full paths")
# A library project that is configured twice in one tree must not add up the libraries of both runs.
set_property(GLOBAL PROPERTY EMBER_LAYER_LIBRARIES "")

# Gives a target the properties that every target of the project has.
function(ember_setup_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON)
  # g++ 12 sees overlapping copies in `"literal" + string` when it optimises (GCC bug 105651).
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  # Nor can it follow that an empty std::optional is not read, once it optimises (GCC bug 80635).
  if(EMBER_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  if(EMBER_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${EMBER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${EMBER_SANITIZE})
    target_compile_definitions(${target} PUBLIC EMBER_ASSERTIONS=1)
  endif()
endfunction()

# Compiles the sources of a target two dozen at a time, when EMBER_UNITY_BUILD is on: a build from nothing takes a third of
# the time. The preset `dev` compiles file by file: it sees when one forgets an include, and is quicker after a change.
# Names in unnamed namespaces must differ within a layer.
function(ember_unite_sources target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${EMBER_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 24)
  if(EMBER_UNITY_BUILD)
    # Meant for headers, which the sources look like here.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# ember_add_layer(<name> HEADERS <public...> SOURCES <private...> LAYERS <lower...> LIBRARIES <third party...>)
function(ember_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 LAYER "" "" "HEADERS;SOURCES;LAYERS;LIBRARIES")
  if(LAYER_SOURCES)
    set(target ember_${name})
    add_library(${target} OBJECT ${LAYER_SOURCES})
    ember_setup_target(${target})
    target_include_directories(${target} PUBLIC
      "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC Threads::Threads PRIVATE ${LAYER_LIBRARIES})
    ember_unite_sources(${target})
  endif()
  foreach(lower IN LISTS LAYER_LAYERS)
    if(NOT lower IN_LIST EMBER_LAYERS)
      message(FATAL_ERROR "layer ${name}: LAYERS names ${lower}, which is not a layer before it")
    endif()
  endforeach()
  set(EMBER_LAYERS ${EMBER_LAYERS} ${name} CACHE INTERNAL "")
  list(TRANSFORM LAYER_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/")
  set(EMBER_PUBLIC_HEADERS ${EMBER_PUBLIC_HEADERS} ${LAYER_HEADERS} CACHE INTERNAL "")
  set_property(GLOBAL APPEND PROPERTY EMBER_LAYER_LIBRARIES ${LAYER_LIBRARIES})
endfunction()

# The library itself: every layer's objects. A shared build exports every symbol: users derive from our classes and
# catch our errors, so all of the public surface would carry an export macro, to hide symbols that nobody includes.
function(ember_add_library)
  add_library(ember)
  add_library(ember::ember ALIAS ember)
  ember_setup_target(ember)
  foreach(layer IN LISTS EMBER_LAYERS)
    if(TARGET ember_${layer})
      target_sources(ember PRIVATE $<TARGET_OBJECTS:ember_${layer}>)
    endif()
  endforeach()
  target_sources(ember PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include"
    FILES ${EMBER_PUBLIC_HEADERS} "${PROJECT_BINARY_DIR}/include/ember/version.hpp")
  get_property(libraries GLOBAL PROPERTY EMBER_LAYER_LIBRARIES)
  list(REMOVE_DUPLICATES libraries)
  target_link_libraries(ember PUBLIC Threads::Threads PRIVATE ${libraries})
  set_target_properties(ember PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()
