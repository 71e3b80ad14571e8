// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "callbacks": two on LOCAL_IN. One may drop UDP, the other tells what reaches it. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <net/net_namespace.h>

static bool stop;
module_param(stop, bool, 0644);
MODULE_PARM_DESC(stop, "the guard drops UDP; may be changed while the module runs");

static int witness = 10;
module_param(witness, int, 0444);
MODULE_PARM_DESC(witness, "priority of the witness; the guard has 0, and lower numbers run first");

static unsigned int guard_packet(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	bool drop = READ_ONCE(stop) && ip_hdr(skb)->protocol == IPPROTO_UDP;

	pr_info("guard: protocol %u, %s\n", ip_hdr(skb)->protocol,
		drop ? "NF_DROP" : "NF_ACCEPT");
	return drop ? NF_DROP : NF_ACCEPT;
}

static unsigned int witness_packet(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	pr_info("witness: protocol %u, NF_ACCEPT\n", ip_hdr(skb)->protocol);
	return NF_ACCEPT;
}

static struct nf_hook_ops callbacks_ops[] = {
	{
		.hook = guard_packet,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	},
	{
		.hook = witness_packet,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
	},
};

static struct net *net;

static int __init callbacks_init(void)
{
	int err;

	callbacks_ops[1].priority = witness;
	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hooks(net, callbacks_ops, ARRAY_SIZE(callbacks_ops));
	if (err)
		put_net(net);
	return err;
}

static void __exit callbacks_exit(void)
{
	nf_unregister_net_hooks(net, callbacks_ops, ARRAY_SIZE(callbacks_ops));
	put_net(net);
}

module_init(callbacks_init);
module_exit(callbacks_exit);

MODULE_DESCRIPTION("miniFirewall lesson: two callbacks on one hook");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
