/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* What the module's parts know of each other. */
#ifndef _MINIFW_H
#define _MINIFW_H

#include <linux/bpf.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/minifw.h"

#define MINIFW_VERSION	"1.1"

/* Packets of one hook on one processor. */
struct minifw_counts {
	unsigned long accepted;
	unsigned long dropped;
	unsigned long answered;
};

/*
 * A program on a hook. The packet path reads it under RCU and takes no lock;
 * it is freed a grace period after it has left the hook.
 */
struct minifw_hook {
	struct list_head list;		/* minifw_net.hooks, minifw_lock */
	struct nf_hook_ops ops;
	struct bpf_prog *prog;		/* a reference of our own */
	struct bpf_map *answers;	/* the program's; NULL: it leaves none */
	struct minifw_counts __percpu *counts;
	u32 flags;
};

/* What a network namespace has of this module. */
struct minifw_net {
	struct list_head hooks;		/* minifw_lock */
	unsigned int count;
	unsigned int changes;		/* for dumps that somebody interrupts */
};

/* Guards all namespaces' lists; never taken for a packet. */
extern struct mutex minifw_lock;

extern bool minifw_answers;
extern unsigned int minifw_most_hooks;

/* run.c */
void minifw_run_by_type(struct minifw_hook *hook);

/* hooks.c */
struct minifw_net *minifw_net_of(struct net *net);
struct minifw_hook *minifw_hook_find(struct minifw_net *own, u8 family,
				     u8 hook, s32 priority);
struct minifw_hook *minifw_hook_make(u8 family, u8 hook, s32 priority,
				     u32 flags, struct bpf_prog *prog);
void minifw_hooks_free(struct list_head *hooks);
int minifw_hooks_attach(struct net *net, struct list_head *hooks,
			struct netlink_ext_ack *extack);
void minifw_hooks_detach(struct net *net, struct list_head *hooks);
void minifw_hooks_leave(struct net *net, struct list_head *hooks);
void minifw_hook_sum(const struct minifw_hook *hook,
		     struct minifw_counts *sum);

/* answer.c */
bool minifw_answer(struct sk_buff *skb, const struct nf_hook_state *state,
		   u32 answer);

/* netlink.c */
int minifw_netlink_init(void);
void minifw_netlink_exit(void);

/* status.c */
int minifw_status_init(struct net *net);
void minifw_status_exit(struct net *net);

#endif /* _MINIFW_H */
