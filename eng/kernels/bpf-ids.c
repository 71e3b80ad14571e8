/* Prints "program ID", "map ID" and "link ID" of everything of BPF that the kernel holds. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void list(int command, const char *kind)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	while (syscall(SYS_bpf, command, &attr, sizeof(attr)) == 0) {
		printf("%s %u\n", kind, attr.next_id);
		attr.start_id = attr.next_id;
	}
	if (errno != ENOENT)
		printf("%ss cannot be listed: %s\n", kind, strerror(errno));
}

int main(void)
{
	list(BPF_PROG_GET_NEXT_ID, "program");
	list(BPF_MAP_GET_NEXT_ID, "map");
	list(BPF_LINK_GET_NEXT_ID, "link");
	return 0;
}
