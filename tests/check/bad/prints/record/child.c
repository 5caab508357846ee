static void f(void)
{
	if (fork() == 0)
		_exit(1);
}
