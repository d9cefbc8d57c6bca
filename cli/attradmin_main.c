#include "cli/mapopts.h"

int
main(int argc, char **argv)
{
	return cli_main(&cli_attradmin, argc, argv);
}
