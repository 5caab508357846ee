#include <stdio.h>
#include "analyze/replay/tasks.h"
#include "analyze/outputs/output.h"
#include "record/session.h"
