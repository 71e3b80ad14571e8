// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "match": what is for this host meets one rule, written in C: drop ICMP from 10.0.1.2. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <net/net_namespace.h>

#define UNWANTED 0x0a000102 /* 10.0.1.2 */

static atomic_t dropped = ATOMIC_INIT(0);

static unsigned int match_packet(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_ICMP)
		return NF_ACCEPT;
	if (ip->saddr != htonl(UNWANTED))
		return NF_ACCEPT;
	atomic_inc(&dropped);
	return NF_DROP;
}

static const struct nf_hook_ops match_ops = {
	.hook = match_packet,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = NF_IP_PRI_FILTER,
};

static struct net *net;

static int __init match_init(void)
{
	int err;

	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hook(net, &match_ops);
	if (err)
		put_net(net);
	return err;
}

static void __exit match_exit(void)
{
	nf_unregister_net_hook(net, &match_ops);
	put_net(net);
	pr_info("dropped %d packets\n", atomic_read(&dropped));
}

module_init(match_init);
module_exit(match_exit);

MODULE_DESCRIPTION("miniFirewall lesson: drop by protocol and address");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
