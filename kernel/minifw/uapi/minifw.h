/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The generic netlink family "minifw": BPF programs on Netfilter's hooks.
 *
 * A program returns NF_ACCEPT (1); every other value drops the packet. It is of
 * one of two types:
 * BPF_PROG_TYPE_NETFILTER (CONFIG_NETFILTER_BPF_LINK, from Linux 6.4 on) is run
 *	as a link runs it. With a packet that it drops it may leave an answer
 *	to its sender in a struct minifw_slot.
 * BPF_PROG_TYPE_LWT_OUT reads the packet from the network header on and has no
 *	helper that changes it. Its context's cb words are a struct
 *	minifw_words.
 *
 * All commands work on the network namespace of their socket, and need
 * CAP_NET_ADMIN in the user namespace that owns it. Every refusal comes with
 * an extended acknowledgment that says why.
 */
#ifndef _UAPI_MINIFW_H
#define _UAPI_MINIFW_H

#include <linux/types.h>

#define MINIFW_GENL_NAME	"minifw"
#define MINIFW_GENL_VERSION	1

/*
 * MINIFW_CMD_ATTACH: MINIFW_A_HOOKS, each with family, hook, priority,
 *	program's descriptor, maybe flags; all or none are attached. They stay
 *	when the sender ends, until they are detached, the namespace ends or
 *	the module is removed.
 * MINIFW_CMD_DETACH: MINIFW_A_HOOKS, each with family, hook, priority; all or
 *	none. Without MINIFW_A_HOOKS all hooks of the namespace.
 * MINIFW_CMD_GET: dump; one message a hook, with MINIFW_A_HOOK.
 */
enum minifw_commands {
	MINIFW_CMD_UNSPEC,
	MINIFW_CMD_ATTACH,
	MINIFW_CMD_DETACH,
	MINIFW_CMD_GET,

	__MINIFW_CMD_MAX,
	MINIFW_CMD_MAX = __MINIFW_CMD_MAX - 1
};

enum minifw_attributes {
	MINIFW_A_UNSPEC,
	MINIFW_A_HOOKS,		/* nested array of enum minifw_hook_attributes */
	MINIFW_A_HOOK,		/* nested, enum minifw_hook_attributes */

	__MINIFW_A_MAX,
	MINIFW_A_MAX = __MINIFW_A_MAX - 1
};

enum minifw_hook_attributes {
	MINIFW_HOOK_A_UNSPEC,
	MINIFW_HOOK_A_FAMILY,	/* u8: NFPROTO_IPV4 or NFPROTO_IPV6 */
	MINIFW_HOOK_A_HOOK,	/* u8: enum nf_inet_hooks */
	MINIFW_HOOK_A_PRIORITY,	/* s32: lower ones run first */
	MINIFW_HOOK_A_FLAGS,	/* u32: MINIFW_HOOK_F_* */
	MINIFW_HOOK_A_PROG_FD,	/* u32: the program's descriptor */
	MINIFW_HOOK_A_PROG_ID,	/* u32: the program's id; answers only */
	MINIFW_HOOK_A_ACCEPTED,	/* u64: packets; answers only */
	MINIFW_HOOK_A_DROPPED,	/* u64: packets, answered or not; answers only */
	MINIFW_HOOK_A_ANSWERED,	/* u64: packets; answers only */
	MINIFW_HOOK_A_PAD,
	MINIFW_HOOK_A_PROG_NAME, /* string: the program's name; answers only */

	__MINIFW_HOOK_A_MAX,
	MINIFW_HOOK_A_MAX = __MINIFW_HOOK_A_MAX - 1
};

/* The kernel puts fragments together before this hook's family's hooks. */
#define MINIFW_HOOK_F_DEFRAG	0x1U

/*
 * What a program finds in its context's cb words, and leaves there: with a
 * packet that it drops, the answer to its sender.
 */
struct minifw_words {
	__u32 state[2];		/* cb[0], cb[1]: address of struct nf_hook_state, 64 bits */
	__u32 hook;		/* cb[2]: enum nf_inet_hooks */
	__u32 family;		/* cb[3]: NFPROTO_IPV4 or NFPROTO_IPV6 */
	__u32 answer;		/* cb[4]: enum minifw_answer, 0 before */
};

/*
 * Where a program of type NETFILTER leaves answers: in a map that it uses, named
 * MINIFW_ANSWERS_MAP, a BPF_MAP_TYPE_PERCPU_ARRAY whose first value is so many
 * slots. It takes the first slot whose packet is 0 by a compare-and-exchange of
 * packet (programs are interrupted by others), and then writes the answer.
 */
#define MINIFW_ANSWERS_MAP	"minifw_answers"
#define MINIFW_SLOTS		8

struct minifw_slot {
	__u64 packet;		/* address of the struct sk_buff; 0: the slot is free */
	__u64 answer;		/* enum minifw_answer */
};

/* ICMP's are for IPv4, ICMPv6's for IPv6; the first two for both. */
enum minifw_answer {
	MINIFW_ANSWER_NONE,
	MINIFW_ANSWER_PORT_UNREACHABLE,
	MINIFW_ANSWER_TCP_RESET,
	MINIFW_ANSWER_ICMP_NET_UNREACHABLE,
	MINIFW_ANSWER_ICMP_HOST_UNREACHABLE,
	MINIFW_ANSWER_ICMP_PROTOCOL_UNREACHABLE,
	MINIFW_ANSWER_ICMP_NET_PROHIBITED,
	MINIFW_ANSWER_ICMP_HOST_PROHIBITED,
	MINIFW_ANSWER_ICMP_ADMIN_PROHIBITED,
	MINIFW_ANSWER_ICMP6_NO_ROUTE,
	MINIFW_ANSWER_ICMP6_ADMIN_PROHIBITED,
	MINIFW_ANSWER_ICMP6_ADDRESS_UNREACHABLE,
	MINIFW_ANSWER_ICMP6_POLICY_FAIL,
	MINIFW_ANSWER_ICMP6_REJECT_ROUTE
};

#endif /* _UAPI_MINIFW_H */
