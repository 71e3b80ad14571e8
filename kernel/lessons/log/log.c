// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "log": a callback on all five hooks of IPv4 writes a line for each packet. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <net/net_namespace.h>

static const char *const hook_names[] = {
	[NF_INET_PRE_ROUTING] = "PRE_ROUTING",
	[NF_INET_LOCAL_IN] = "LOCAL_IN",
	[NF_INET_FORWARD] = "FORWARD",
	[NF_INET_LOCAL_OUT] = "LOCAL_OUT",
	[NF_INET_POST_ROUTING] = "POST_ROUTING",
};

static unsigned int log_packet(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	pr_info("%-12s in=%s out=%s %pI4 > %pI4 protocol %u, %u bytes\n",
		hook_names[state->hook],
		state->in ? state->in->name : "-",
		state->out ? state->out->name : "-",
		&ip->saddr, &ip->daddr, ip->protocol, skb->len);
	return NF_ACCEPT;
}

#define LOG_AT(point) {			\
	.hook = log_packet,		\
	.pf = NFPROTO_IPV4,		\
	.hooknum = (point),		\
	.priority = NF_IP_PRI_FILTER,	\
}

static const struct nf_hook_ops log_ops[] = {
	LOG_AT(NF_INET_PRE_ROUTING),
	LOG_AT(NF_INET_LOCAL_IN),
	LOG_AT(NF_INET_FORWARD),
	LOG_AT(NF_INET_LOCAL_OUT),
	LOG_AT(NF_INET_POST_ROUTING),
};

static struct net *net;

static int __init log_init(void)
{
	int err;

	/* The network namespace of whoever runs insmod; it stays until we let go of it. */
	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hooks(net, log_ops, ARRAY_SIZE(log_ops));
	if (err)
		put_net(net);
	return err;
}

static void __exit log_exit(void)
{
	nf_unregister_net_hooks(net, log_ops, ARRAY_SIZE(log_ops));
	put_net(net);
}

module_init(log_init);
module_exit(log_exit);

MODULE_DESCRIPTION("miniFirewall lesson: log every packet at every hook");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
