# The third-party libraries of `ember` itself, in one table: how CMake finds each, and what pkg-config calls it.
# Tests, benchmarks and the command find what only they need in their own CMakeLists.txt.

set(EMBER_PACKAGES "" CACHE INTERNAL "third-party packages of the library")

# ember_find_dependency(<package> TARGET <imported target> MODULE <pkg-config module>)
macro(ember_find_dependency package)
  cmake_parse_arguments(DEPENDENCY "" "TARGET;MODULE" "" ${ARGN})
  find_package(${package} REQUIRED)
  list(APPEND EMBER_PACKAGES ${package})
  set(EMBER_TARGET_${package} ${DEPENDENCY_TARGET})
  set(EMBER_MODULE_${package} ${DEPENDENCY_MODULE})
endmacro()

find_package(Threads REQUIRED)
ember_find_dependency(CURL TARGET CURL::libcurl MODULE libcurl)
ember_find_dependency(simdjson TARGET simdjson::simdjson MODULE simdjson)
ember_find_dependency(fmt TARGET fmt::fmt MODULE fmt)
ember_find_dependency(yaml-cpp TARGET yaml-cpp MODULE yaml-cpp)
ember_find_dependency(re2 TARGET re2::re2 MODULE re2)

# Meshes whose devices are processes. AUTO: wherever there is MPI.
set(EMBER_MPI AUTO CACHE STRING "Build meshes of MPI ranks: ON, OFF or AUTO")
set_property(CACHE EMBER_MPI PROPERTY STRINGS AUTO ON OFF)
set(EMBER_HAS_MPI ${EMBER_MPI})
# Of MPI, its C interface is used.
set(MPI_CXX_SKIP_MPICXX ON)
if(EMBER_MPI STREQUAL "AUTO")
  find_package(MPI QUIET COMPONENTS CXX)
  set(EMBER_HAS_MPI ${MPI_CXX_FOUND})
endif()
if(EMBER_HAS_MPI)
  ember_find_dependency(MPI TARGET MPI::MPI_CXX MODULE ompi-c)
endif()

# Sets <variable> to the packages of which the layers link something.
function(ember_linked_packages variable)
  get_property(libraries GLOBAL PROPERTY EMBER_LAYER_LIBRARIES)
  set(linked "")
  foreach(package IN LISTS EMBER_PACKAGES)
    if(EMBER_TARGET_${package} IN_LIST libraries)
      list(APPEND linked ${package})
    endif()
  endforeach()
  set(${variable} ${linked} PARENT_SCOPE)
endfunction()
