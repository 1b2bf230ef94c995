// The tests' own precompiled header: GoogleTest costs more than a second a file without it.
#include <gtest/gtest.h>

#include "pch.h"
