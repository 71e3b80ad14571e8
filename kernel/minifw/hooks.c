// SPDX-License-Identifier: GPL-2.0 OR MIT
/* How programs come onto hooks, and leave them. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/filter.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#if IS_ENABLED(CONFIG_IPV6)
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#endif

#include "minifw.h"

struct minifw_hook *minifw_hook_find(struct minifw_net *own, u8 family,
				     u8 hook, s32 priority)
{
	struct minifw_hook *one;

	list_for_each_entry(one, &own->hooks, list)
		if (one->ops.pf == family && one->ops.hooknum == hook &&
		    one->ops.priority == priority)
			return one;
	return NULL;
}

/* Takes over the caller's reference to the program where it succeeds. */
struct minifw_hook *minifw_hook_make(u8 family, u8 hook, s32 priority,
				     u32 flags, struct bpf_prog *prog)
{
	struct minifw_hook *made;

	made = kzalloc(sizeof(*made), GFP_KERNEL_ACCOUNT);
	if (!made)
		return NULL;

	made->counts = alloc_percpu_gfp(struct minifw_counts,
					GFP_KERNEL_ACCOUNT);
	if (!made->counts) {
		kfree(made);
		return NULL;
	}

	made->prog = prog;
	made->flags = flags;
	made->ops.priv = made;
	made->ops.pf = family;
	made->ops.hooknum = hook;
	made->ops.priority = priority;
	minifw_run_by_type(made);
	return made;
}

/* Frees hooks that no packet can be in any more. */
void minifw_hooks_free(struct list_head *hooks)
{
	struct minifw_hook *hook, *next;

	list_for_each_entry_safe(hook, next, hooks, list) {
		list_del(&hook->list);
		bpf_prog_put(hook->prog);
		free_percpu(hook->counts);
		kfree(hook);
	}
}

static int minifw_defrag_enable(struct net *net, const struct minifw_hook *hook)
{
	if (!(hook->flags & MINIFW_HOOK_F_DEFRAG))
		return 0;
#if IS_ENABLED(CONFIG_IPV6)
	if (hook->ops.pf == NFPROTO_IPV6)
		return nf_defrag_ipv6_enable(net);
#endif
	return nf_defrag_ipv4_enable(net);
}

static void minifw_defrag_disable(struct net *net,
				  const struct minifw_hook *hook)
{
	if (!(hook->flags & MINIFW_HOOK_F_DEFRAG))
		return;
#if IS_ENABLED(CONFIG_IPV6)
	if (hook->ops.pf == NFPROTO_IPV6) {
		nf_defrag_ipv6_disable(net);
		return;
	}
#endif
	nf_defrag_ipv4_disable(net);
}

static int minifw_hook_attach(struct net *net, struct minifw_hook *hook,
			      struct netlink_ext_ack *extack)
{
	int err;

	err = minifw_defrag_enable(net, hook);
	if (err) {
		NL_SET_ERR_MSG(extack, "reassembly of fragments cannot be turned on");
		return err;
	}

	err = nf_register_net_hooks(net, &hook->ops, 1);
	if (err) {
		NL_SET_ERR_MSG(extack, "Netfilter does not take another callback on this hook");
		minifw_defrag_disable(net, hook);
	}
	return err;
}

static void minifw_hook_leave(struct net *net, const struct minifw_hook *hook)
{
	nf_unregister_net_hooks(net, &hook->ops, 1);
	minifw_defrag_disable(net, hook);
}

/* Takes hooks off; packets may be in them for one more grace period. */
void minifw_hooks_leave(struct net *net, struct list_head *hooks)
{
	struct minifw_hook *hook;

	list_for_each_entry(hook, hooks, list)
		minifw_hook_leave(net, hook);
}

/* Puts all hooks of a list on the namespace's, or none. */
int minifw_hooks_attach(struct net *net, struct list_head *hooks,
			struct netlink_ext_ack *extack)
{
	struct minifw_net *own = minifw_net_of(net);
	struct minifw_hook *hook;
	int err;

	list_for_each_entry(hook, hooks, list) {
		err = minifw_hook_attach(net, hook, extack);
		if (err)
			goto undo;
	}

	list_for_each_entry(hook, hooks, list) {
		own->count++;
		pr_debug("attached program %u to family %u, hook %u, priority %d\n",
			 hook->prog->aux->id, hook->ops.pf, hook->ops.hooknum,
			 hook->ops.priority);
	}
	list_splice_tail_init(hooks, &own->hooks);
	own->changes++;
	return 0;

undo:
	list_for_each_entry_continue_reverse(hook, hooks, list)
		minifw_hook_leave(net, hook);
	/* The caller frees them all. */
	synchronize_net();
	return err;
}

/* Takes hooks, which are no longer in the namespace's list, off and frees them. */
void minifw_hooks_detach(struct net *net, struct list_head *hooks)
{
	struct minifw_net *own = minifw_net_of(net);
	struct minifw_hook *hook;

	list_for_each_entry(hook, hooks, list) {
		own->count--;
		pr_debug("detached program %u from family %u, hook %u, priority %d\n",
			 hook->prog->aux->id, hook->ops.pf, hook->ops.hooknum,
			 hook->ops.priority);
	}
	own->changes++;
	minifw_hooks_leave(net, hooks);
	synchronize_net();
	minifw_hooks_free(hooks);
}

/* Other processors go on counting meanwhile. */
void minifw_hook_sum(const struct minifw_hook *hook,
		     struct minifw_counts *sum)
{
	const struct minifw_counts *counts;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		counts = per_cpu_ptr(hook->counts, cpu);
		/* A sum of what is still counted is as good as any. */
		sum->accepted += data_race(counts->accepted);
		/* As above. */
		sum->dropped += data_race(counts->dropped);
		/* As above. */
		sum->answered += data_race(counts->answered);
	}
}
