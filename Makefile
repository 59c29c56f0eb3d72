# The commands of the README. The build itself is CMake's: see CMakePresets.json for the other ways to build.
#
#   make demo    run the demonstration (installs and builds what is missing first)
#   make test    build everything and run every test
#   make format  format the C++ sources
#   make clean   remove the build directory

PRESET ?= release
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BUILD := build/$(PRESET)
QUIETLY := scripts/quietly.sh

ifneq ($(shell command -v ccache 2>/dev/null),)
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
endif

.PHONY: help demo test format clean dependencies configure
.DEFAULT_GOAL := help

help:
	@sed -n '3,6s/^# *//p' Makefile

dependencies:
	@scripts/install_dependencies.sh $(PACKAGES)

configure: dependencies
	@$(QUIETLY) build/configure.log "Configuring" cmake --preset $(PRESET)

demo: configure
	@$(QUIETLY) build/build.log "Building (the first time takes some minutes)" \
	  cmake --build $(BUILD) --target ember_cli -j $(JOBS)
	@scripts/demo.sh $(BUILD)/ember

test: PACKAGES := test
test: configure
	@$(QUIETLY) build/build.log "Building (the first time takes some minutes)" cmake --build $(BUILD) -j $(JOBS)
	@ctest --preset $(PRESET) -j $(JOBS)

format:
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-16 -i

clean:
	@rm -rf build
