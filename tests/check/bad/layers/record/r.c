#include "analyze/base/vec.h"
