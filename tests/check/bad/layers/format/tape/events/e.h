#include <tape/error.h>
