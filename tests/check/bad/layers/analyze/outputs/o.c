#include <tape/events.h>
#include <tape/error.h>
#include "analyze/result/profile.h" /* may */
# include "analyze/replay/tasks.h" // may not
