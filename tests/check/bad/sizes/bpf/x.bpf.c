SEC("tp_btf/x")
int BPF_PROG(on_x, int a, int b, int c, int d, int e, int f)
{
	return 0;
}
