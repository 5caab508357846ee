void f(void)
{
	_exit(1);
}
