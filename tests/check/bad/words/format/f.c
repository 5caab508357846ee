// TODO: later
// TODO: read the second table too, once a kernel has one
// see issue #12
int a; // 0x12, C#
