module pclntab

go 1.15
