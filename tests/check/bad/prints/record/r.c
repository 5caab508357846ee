static void f(FILE *out)
{
	printf("x");
	fprintf(out, "printf(exit)"); /* exit(1) */
	fprintf(stderr, "x");
	list->error(1);
	exit(1);
	_exit(1);
}
