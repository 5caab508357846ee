int  a;
int b;
