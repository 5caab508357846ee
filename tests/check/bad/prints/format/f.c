void f(void)
{
	abort ();
	snprintf(b, 1, "x");
}
