// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Speaks to the module without anything else of miniFirewall: for a guest that
 * has a kernel, a shell and this.
 *
 *   try attach FAMILY HOOK PRIORITY PROGRAM [defrag]
 *   try detach [FAMILY HOOK PRIORITY]
 *   try list
 *   try reload COUNT [PROGRAM]  attaches to and detaches from all hooks
 *   try traffic SECONDS   UDP of both families over loopback; says how many datagrams were sent and came
 *   try fuzz COUNT SEED   malformed messages; says how many were refused and taken
 *
 * Programs of type LWT_OUT: accept, drop, udp (drops UDP), reject (answers it too). Of type NETFILTER, from Linux 6.4 on:
 * nf-accept, nf-drop, nf-reject (every second packet, the answer being the other). Of another type: other.
 *
 * Exit code 0: done; 1: refused, and the kernel's words are printed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../uapi/minifw.h"

#define OP(CODE, DST, SRC, OFF, IMM) \
	{ .code = (CODE), .dst_reg = (DST), .src_reg = (SRC), .off = (OFF), .imm = (IMM) }

struct message {
	struct nlmsghdr header;
	struct genlmsghdr family;
	char attributes[16384];
};

static int netlink = -1;
static uint16_t family_id;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* The descriptor; where the verifier refuses the program, its words and -1. */
static int load_instructions(const struct bpf_insn *code, int count, int type, int attach_type)
{
	static char log[65536];
	union bpf_attr attr = {
		.prog_type = type, .expected_attach_type = attach_type,
		.insns = (uintptr_t)code, .insn_cnt = count,
		.license = (uintptr_t)"Dual MIT/GPL",
		.log_buf = (uintptr_t)log, .log_size = sizeof(log), .log_level = 1,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		fprintf(stderr, "%s", log);
	return fd;
}

#define COUNT(ARRAY) ((int)(sizeof(ARRAY) / sizeof(*(ARRAY))))

/* A verdict for all packets, by a program of any type. */
static int load_verdict(int verdict, int type, int attach_type)
{
	struct bpf_insn code[] = {
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, verdict),
		OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return load_instructions(code, COUNT(code), type, attach_type);
}

/* Drops UDP, and leaves an answer. */
static int load_udp(int answer, int family)
{
	struct bpf_insn code[] = {
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
		OP(BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, data), 0),
		OP(BPF_LDX | BPF_MEM | BPF_W, 3, 1, offsetof(struct __sk_buff, data_end), 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, 20),
		OP(BPF_JMP | BPF_JGT | BPF_X, 4, 3, 5, 0),
		OP(BPF_LDX | BPF_MEM | BPF_B, 5, 2, family == 2 ? 9 : 6, 0),
		OP(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 3, 17),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, answer),
		OP(BPF_STX | BPF_MEM | BPF_W, 1, 4, offsetof(struct __sk_buff, cb[4]), 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return load_instructions(code, COUNT(code), BPF_PROG_TYPE_LWT_OUT, 0);
}

static int make_map(int type, const char *name, int value_size)
{
	union bpf_attr attr = { .map_type = type, .key_size = 4, .value_size = value_size, .max_entries = 1 };
	int fd;

	strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0)
		die(name);
	return fd;
}

/* What this machine's headers may not know yet: BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER. */
#define TYPE_NETFILTER		32
#define ATTACH_NETFILTER	45

/*
 * Drops every second packet, as links' programs do, and leaves an answer in the
 * first slot; the one between is the answer that comes by.
 */
static int load_netfilter_answer(int answer)
{
	int slots = make_map(BPF_MAP_TYPE_PERCPU_ARRAY, MINIFW_ANSWERS_MAP, MINIFW_SLOTS * sizeof(struct minifw_slot));
	int packets = make_map(BPF_MAP_TYPE_ARRAY, "packets", 8);
	struct bpf_insn code[] = {
		OP(BPF_LDX | BPF_MEM | BPF_DW, 6, 1, 8, 0),
		OP(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_VALUE, 0, packets),
		OP(0, 0, 0, 0, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 1),
		OP(BPF_STX | BPF_ATOMIC | BPF_DW, 1, 2, 0, BPF_ADD | BPF_FETCH),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
		OP(BPF_JMP | BPF_JSET | BPF_K, 2, 0, 14, 1),
		OP(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		OP(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
		OP(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, slots),
		OP(0, 0, 0, 0, 0),
		OP(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		OP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 6, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_X, 7, 0, 0, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		OP(BPF_STX | BPF_ATOMIC | BPF_DW, 7, 6, offsetof(struct minifw_slot, packet), BPF_CMPXCHG),
		OP(BPF_JMP | BPF_JNE | BPF_K, 0, 0, 2, 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, answer),
		OP(BPF_STX | BPF_MEM | BPF_DW, 7, 4, offsetof(struct minifw_slot, answer), 0),
		OP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	int fd = load_instructions(code, COUNT(code), TYPE_NETFILTER, ATTACH_NETFILTER);

	close(slots);
	close(packets);
	return fd;
}

static int load_kind(const char *kind, int family)
{
	if (!strcmp(kind, "accept") || !strcmp(kind, "drop"))
		return load_verdict(kind[0] == 'a', BPF_PROG_TYPE_LWT_OUT, 0);
	if (!strcmp(kind, "udp"))
		return load_udp(MINIFW_ANSWER_NONE, family);
	if (!strcmp(kind, "reject"))
		return load_udp(MINIFW_ANSWER_PORT_UNREACHABLE, family);
	if (!strcmp(kind, "nf-accept") || !strcmp(kind, "nf-drop"))
		return load_verdict(kind[3] == 'a', TYPE_NETFILTER, ATTACH_NETFILTER);
	if (!strcmp(kind, "nf-reject"))
		return load_netfilter_answer(MINIFW_ANSWER_PORT_UNREACHABLE);
	if (!strcmp(kind, "other"))
		return load_verdict(0, BPF_PROG_TYPE_SOCKET_FILTER, 0);
	fprintf(stderr, "%s: no such program\n", kind);
	exit(2);
}

static int load(const char *kind, int family)
{
	int fd = load_kind(kind, family);

	if (fd < 0)
		die("the program is refused");
	return fd;
}

static void begin(struct message *message, uint16_t type, uint8_t command, uint16_t flags)
{
	memset(message, 0, sizeof(*message));
	message->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags = NLM_F_REQUEST | flags;
	message->header.nlmsg_seq = 1;
	message->family.cmd = command;
	message->family.version = MINIFW_GENL_VERSION;
}

static struct nlattr *end_of(struct message *message)
{
	return (struct nlattr *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));
}

static struct nlattr *put(struct message *message, uint16_t type, const void *data, uint16_t length)
{
	struct nlattr *attribute = end_of(message);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	memcpy((char *)attribute + NLA_HDRLEN, data, length);
	message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len);
	return attribute;
}

static struct nlattr *nest(struct message *message, uint16_t type)
{
	return put(message, type | NLA_F_NESTED, "", 0);
}

static void close_nest(struct message *message, struct nlattr *nested)
{
	nested->nla_len = (char *)end_of(message) - (char *)nested;
}

static void put_hook(struct message *message, uint8_t family, uint8_t hook, int32_t priority, int fd, uint32_t flags)
{
	struct nlattr *nested = nest(message, 1);
	uint32_t descriptor = fd;

	put(message, MINIFW_HOOK_A_FAMILY, &family, 1);
	put(message, MINIFW_HOOK_A_HOOK, &hook, 1);
	put(message, MINIFW_HOOK_A_PRIORITY, &priority, 4);
	if (fd >= 0)
		put(message, MINIFW_HOOK_A_PROG_FD, &descriptor, 4);
	if (flags)
		put(message, MINIFW_HOOK_A_FLAGS, &flags, 4);
	close_nest(message, nested);
}

static const char *words_of(struct nlmsghdr *header)
{
	struct nlmsgerr *error = NLMSG_DATA(header);
	size_t skip = sizeof(*error);
	struct nlattr *attribute;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - sizeof(error->msg);
	for (attribute = (void *)((char *)error + NLMSG_ALIGN(skip));
	     (char *)attribute < (char *)header + header->nlmsg_len;
	     attribute = (void *)((char *)attribute + NLA_ALIGN(attribute->nla_len)))
		if (attribute->nla_type == NLMSGERR_ATTR_MSG)
			return (char *)attribute + NLA_HDRLEN;
	return "";
}

/* Sends, and takes the one acknowledgment; the kernel's error, or 0. */
static int ask(struct message *message, const char **words)
{
	static char answer[65536];
	struct nlmsghdr *header = (void *)answer;
	ssize_t got;

	message->header.nlmsg_flags |= NLM_F_ACK;
	if (send(netlink, message, message->header.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		got = recv(netlink, answer, sizeof(answer), 0);
		if (got < 0)
			die("recv");
		if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE)
			break;
	}
	*words = words_of(header);
	return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
}

static int report(struct message *message, const char *what)
{
	const char *words = "";
	int error = ask(message, &words);

	if (error)
		printf("%s: %s: %s\n", what, strerror(-error), words);
	return error ? 1 : 0;
}

static void open_family(void)
{
	static char answer[8192];
	struct message message;
	struct nlattr *attribute;
	struct nlmsghdr *header = (void *)answer;
	int one = 1;
	ssize_t got;

	netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (netlink < 0)
		die("socket");
	setsockopt(netlink, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(netlink, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	begin(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	message.family.version = 1;
	put(&message, CTRL_ATTR_FAMILY_NAME, MINIFW_GENL_NAME, sizeof(MINIFW_GENL_NAME));
	if (send(netlink, &message, message.header.nlmsg_len, 0) < 0)
		die("send");
	got = recv(netlink, answer, sizeof(answer), 0);
	if (got < 0 || header->nlmsg_type == NLMSG_ERROR) {
		printf("there is no family minifw: the module is not loaded\n");
		exit(1);
	}
	for (attribute = (void *)(answer + NLMSG_LENGTH(GENL_HDRLEN)); (char *)attribute < answer + header->nlmsg_len;
	     attribute = (void *)((char *)attribute + NLA_ALIGN(attribute->nla_len)))
		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family_id, (char *)attribute + NLA_HDRLEN, 2);
}

static int attach(char **words, int count)
{
	struct message message;
	struct nlattr *array;
	int family = atoi(words[0]);

	begin(&message, family_id, MINIFW_CMD_ATTACH, 0);
	array = nest(&message, MINIFW_A_HOOKS);
	put_hook(&message, family, atoi(words[1]), atoi(words[2]), load(words[3], family), count > 4 ? MINIFW_HOOK_F_DEFRAG : 0);
	close_nest(&message, array);
	return report(&message, "attach");
}

static int detach(char **words, int count)
{
	struct message message;
	struct nlattr *array;

	begin(&message, family_id, MINIFW_CMD_DETACH, 0);
	if (count == 3) {
		array = nest(&message, MINIFW_A_HOOKS);
		put_hook(&message, atoi(words[0]), atoi(words[1]), atoi(words[2]), -1, 0);
		close_nest(&message, array);
	}
	return report(&message, "detach");
}

/* All hooks of both families in one message, and off again. */
static int reload(int count, const char *kind)
{
	const uint8_t families[] = { 2, 10 };
	struct message on, off;
	struct nlattr *array;
	int fd = load(kind, 2), i, hook;
	unsigned int f;

	begin(&on, family_id, MINIFW_CMD_ATTACH, 0);
	begin(&off, family_id, MINIFW_CMD_DETACH, 0);
	array = nest(&on, MINIFW_A_HOOKS);
	for (f = 0; f < 2; f++)
		for (hook = 0; hook < 5; hook++)
			put_hook(&on, families[f], hook, 77, fd, 0);
	close_nest(&on, array);
	array = nest(&off, MINIFW_A_HOOKS);
	for (f = 0; f < 2; f++)
		for (hook = 0; hook < 5; hook++)
			put_hook(&off, families[f], hook, 77, -1, 0);
	close_nest(&off, array);
	for (i = 0; i < count; i++)
		if (report(&on, "attach") || report(&off, "detach"))
			return 1;
	printf("reloaded %d times\n", count);
	return 0;
}

static uint64_t seed = 1;

static uint32_t next(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

/* A message that is right, or nearly. */
static void make_up(struct message *message, int fd)
{
	static const uint8_t families[] = { 2, 10, 2, 10, 0, 1, 255 };
	uint8_t command = next(8) ? 1 + next(3) : next(256);
	uint32_t hooks = next(8), bytes;
	struct nlattr *array;

	begin(message, family_id, command, next(16) ? 0 : next(65536) & ~NLM_F_ACK);
	message->family.version = next(4) ? MINIFW_GENL_VERSION : next(256);
	if (!next(20))
		message->family.reserved = next(65536);
	if (next(6)) {
		array = nest(message, next(10) ? MINIFW_A_HOOKS : next(65536));
		while (hooks--)
			put_hook(message, families[next(sizeof(families))], next(10) ? next(5) : next(256),
				 next(3) ? (int32_t)next(5) : (int32_t)next(UINT32_MAX),
				 next(4) ? fd : (int)next(16) - 1, next(4) ? 0 : next(10) ? 1 : next(UINT32_MAX));
		close_nest(message, array);
	}
	if (next(3) == 0)
		for (bytes = next(8); bytes--;)
			((char *)message)[NLMSG_HDRLEN + next(message->header.nlmsg_len - NLMSG_HDRLEN)] = next(256);
	if (!next(10))
		message->header.nlmsg_len -= next(message->header.nlmsg_len - NLMSG_HDRLEN);
	if (!next(10))
		for (bytes = next(64); bytes--;)
			put(message, next(65536), "\1\2\3\4\5\6\7\10", next(9));
}

static int fuzz(long count, uint64_t given)
{
	static char rest[65536];
	long i, refused = 0, taken = 0;
	struct message message;
	const char *words;
	/* The second is none where the kernel has no programs of that type. */
	int fd[] = { load("accept", 2), load_kind("nf-accept", 2) };

	seed = given * 2654435761u + 1;
	for (i = 0; i < count; i++) {
		make_up(&message, fd[i % 2]);
		if (ask(&message, &words))
			refused++;
		else
			taken++;
		/* Whatever else a dump or a second message has to say. */
		while (recv(netlink, rest, sizeof(rest), MSG_DONTWAIT) > 0)
			;
		if ((i + 1) % 100000 == 0)
			printf("so far %ld: %ld refused, %ld taken\n", i + 1, refused, taken), fflush(stdout);
	}
	printf("fuzzed %ld: %ld refused, %ld taken\n", count, refused, taken);
	return taken && refused ? 0 : 1;
}

static int bound(int family, struct sockaddr_storage *address, socklen_t *length)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	if (family == AF_INET)
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
	*length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	if (fd < 0 || bind(fd, (struct sockaddr *)address, *length) || getsockname(fd, (struct sockaddr *)address, length))
		die("a socket for traffic");
	return fd;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static int traffic(int seconds)
{
	struct sockaddr_storage address[2];
	double begin = now(), end = begin + seconds * 1e9;
	long sent = 0, came = 0;
	socklen_t length[2];
	char datagram[64];
	int fd[2], f;

	memset(datagram, 0, sizeof(datagram));
	fd[0] = bound(AF_INET, &address[0], &length[0]);
	fd[1] = bound(AF_INET6, &address[1], &length[1]);
	while (now() < end)
		for (f = 0; f < 2; f++) {
			if (sendto(fd[f], datagram, sizeof(datagram), 0, (struct sockaddr *)&address[f], length[f]) > 0)
				sent++;
			while (recv(fd[f], datagram, sizeof(datagram), 0) > 0)
				came++;
		}
	printf("sent %ld datagrams, %ld came, %.0f ns each\n", sent, came, (now() - begin) / (sent ? sent : 1));
	return sent && came ? 0 : 1;
}

static int list(void)
{
	static char answer[65536];
	struct message message;
	struct nlmsghdr *header;
	int left, count = 0;

	begin(&message, family_id, MINIFW_CMD_GET, NLM_F_DUMP);
	if (send(netlink, &message, message.header.nlmsg_len, 0) < 0)
		die("send");
	for (;;) {
		left = recv(netlink, answer, sizeof(answer), 0);
		if (left < 0)
			die("recv");
		for (header = (void *)answer; NLMSG_OK(header, (unsigned int)left); header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_type == NLMSG_ERROR) {
				printf("list: %s\n", strerror(-((struct nlmsgerr *)NLMSG_DATA(header))->error));
				return 1;
			}
			if (header->nlmsg_type == NLMSG_DONE) {
				printf("%d hooks\n", count);
				return 0;
			}
			count++;
		}
	}
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (!strcmp(command, "traffic") && argc == 3)
		return traffic(atoi(argv[2]));
	open_family();
	if (!strcmp(command, "attach") && argc >= 6)
		return attach(argv + 2, argc - 2);
	if (!strcmp(command, "detach") && (argc == 2 || argc == 5))
		return detach(argv + 2, argc - 2);
	if (!strcmp(command, "list"))
		return list();
	if (!strcmp(command, "reload") && argc >= 3)
		return reload(atoi(argv[2]), argc > 3 ? argv[3] : "accept");
	if (!strcmp(command, "fuzz") && argc == 4)
		return fuzz(atol(argv[2]), strtoull(argv[3], NULL, 10));
	fprintf(stderr, "try attach|detach|list|reload|traffic|fuzz: see the top of try.c\n");
	return 2;
}
