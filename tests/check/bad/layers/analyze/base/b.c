#include "../result/profile.h"
