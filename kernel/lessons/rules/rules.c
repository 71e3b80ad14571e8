// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "rules": what is for this host meets rules that user space hands over. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include "rules.h"

struct rule_set {
	struct rcu_head rcu;
	unsigned int count;
	atomic64_t packets[LESSON_RULES_MAX];
	struct lesson_rule rules[];
};

static struct rule_set __rcu *in_force;
static DEFINE_MUTEX(writers);

/* The destination port, in network order; 0 where the packet has none that can be read. */
static __be16 destination_port(const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);
	__be16 buffer[2];
	const __be16 *ports;

	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return 0;
	if (ip->frag_off & htons(IP_OFFSET))
		return 0;
	ports = skb_header_pointer(skb, skb_network_offset(skb) + ip_hdrlen(skb),
				   sizeof(buffer), buffer);
	return ports ? ports[1] : 0;
}

static bool rule_matches(const struct lesson_rule *rule, const struct iphdr *ip, __be16 port)
{
	if (rule->protocol && rule->protocol != ip->protocol)
		return false;
	if ((ip->saddr & rule->source_mask) != rule->source)
		return false;
	return !rule->port || rule->port == port;
}

/* Callbacks run under rcu_read_lock(), so the set stays as long as we look at it. */
static unsigned int filter_packet(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct rule_set *set = rcu_dereference(in_force);
	__be16 port = destination_port(skb);
	unsigned int i;

	for (i = 0; set && i < set->count; i++) {
		if (!rule_matches(&set->rules[i], ip_hdr(skb), port))
			continue;
		atomic64_inc(&set->packets[i]);
		return set->rules[i].drop ? NF_DROP : NF_ACCEPT;
	}
	return NF_ACCEPT;
}

static bool rule_is_sound(const struct lesson_rule *rule)
{
	if (rule->drop > 1 || rule->reserved || rule->source & ~rule->source_mask)
		return false;
	return !rule->port || rule->protocol == IPPROTO_TCP || rule->protocol == IPPROTO_UDP;
}

/* The new set is ready before the pointer to it is written: no packet sees half of it. */
static void switch_to(struct rule_set *set)
{
	struct rule_set *old;

	mutex_lock(&writers);
	old = rcu_replace_pointer(in_force, set, lockdep_is_held(&writers));
	mutex_unlock(&writers);
	if (old)
		kfree_rcu(old, rcu);
}

static ssize_t rules_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	unsigned int i, count = size / sizeof(struct lesson_rule);
	struct rule_set *set;

	if (size % sizeof(struct lesson_rule) || count > LESSON_RULES_MAX)
		return -EINVAL;
	set = kzalloc(struct_size(set, rules, count), GFP_KERNEL);
	if (!set)
		return -ENOMEM;
	set->count = count;
	if (copy_from_user(set->rules, from, size)) {
		kfree(set);
		return -EFAULT;
	}
	for (i = 0; i < count; i++) {
		if (!rule_is_sound(&set->rules[i])) {
			kfree(set);
			return -EINVAL;
		}
	}
	switch_to(set);
	return size;
}

static ssize_t rules_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	struct lesson_rule *rules;
	struct rule_set *set;
	unsigned int i, count = 0;
	ssize_t done;

	rules = kcalloc(LESSON_RULES_MAX, sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return -ENOMEM;
	rcu_read_lock();
	set = rcu_dereference(in_force);
	for (i = 0; set && i < set->count; i++) {
		rules[i] = set->rules[i];
		rules[i].packets = atomic64_read(&set->packets[i]);
		count++;
	}
	rcu_read_unlock();
	done = simple_read_from_buffer(to, size, at, rules, count * sizeof(*rules));
	kfree(rules);
	return done;
}

static const struct file_operations rules_files = {
	.owner = THIS_MODULE,
	.read = rules_read,
	.write = rules_write,
};

static struct miscdevice rules_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lesson_rules",
	.mode = 0600,
	.fops = &rules_files,
};

static const struct nf_hook_ops rules_ops = {
	.hook = filter_packet,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_IN,
	.priority = NF_IP_PRI_FILTER,
};

static struct net *net;

static int __init rules_init(void)
{
	int err;

	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hook(net, &rules_ops);
	if (err)
		goto put;
	err = misc_register(&rules_device);
	if (err)
		goto unregister;
	return 0;

unregister:
	nf_unregister_net_hook(net, &rules_ops);
put:
	put_net(net);
	return err;
}

static void __exit rules_exit(void)
{
	misc_deregister(&rules_device);
	nf_unregister_net_hook(net, &rules_ops);
	put_net(net);
	switch_to(NULL);
}

module_init(rules_init);
module_exit(rules_exit);

MODULE_DESCRIPTION("miniFirewall lesson: rules from user space");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
