// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "state": this host may speak to anybody; only answers come in. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hashtable.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#define FLOWS_MAX 4096
#define SWEEP_EVERY HZ

static unsigned int timeout = 30;
module_param(timeout, uint, 0644);
MODULE_PARM_DESC(timeout, "seconds that a flow is remembered after its last packet out");

/* Seen from this host, so that a packet and its answer have one key. */
struct flow_key {
	__be32 here, there;
	__be16 here_port, there_port;	/* of ICMP: the identifier of an echo, and 0 */
	u32 protocol;
};

struct flow {
	struct hlist_node node;
	struct rcu_head rcu;
	struct flow_key key;
	unsigned long last;		/* jiffies of the last packet out */
};

static DEFINE_HASHTABLE(flows, 10);
static DEFINE_SPINLOCK(flows_lock);	/* for writers; readers have RCU */
static unsigned int flows_count;

static u32 hash_of(const struct flow_key *key)
{
	return jhash(key, sizeof(*key), 0);
}

/* Ports of TCP and UDP; of ICMP only echo, where the identifier stays the same in the answer. */
static bool read_key(const struct sk_buff *skb, bool out, struct flow_key *key)
{
	const struct iphdr *ip = ip_hdr(skb);
	const __be16 *words;
	__be16 buffer[4];
	u8 echo = out ? ICMP_ECHO : ICMP_ECHOREPLY;

	words = skb_header_pointer(skb, skb_network_offset(skb) + ip_hdrlen(skb),
				   sizeof(buffer), buffer);
	if (!words || ip->frag_off & htons(IP_OFFSET))
		return false;
	key->here = out ? ip->saddr : ip->daddr;
	key->there = out ? ip->daddr : ip->saddr;
	key->protocol = ip->protocol;
	switch (ip->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		key->here_port = words[out ? 0 : 1];
		key->there_port = words[out ? 1 : 0];
		return true;
	case IPPROTO_ICMP:
		key->here_port = words[2];
		key->there_port = 0;
		return ntohs(words[0]) >> 8 == echo;
	default:
		return false;
	}
}

/* Under flows_lock or rcu_read_lock(). */
static struct flow *find_flow(const struct flow_key *key)
{
	struct flow *flow;

	hash_for_each_possible_rcu(flows, flow, node, hash_of(key), lockdep_is_held(&flows_lock)) {
		if (!memcmp(&flow->key, key, sizeof(*key)))
			return flow;
	}
	return NULL;
}

static void add_flow(const struct flow_key *key)
{
	struct flow *flow;

	spin_lock_bh(&flows_lock);
	/* Another processor may have been faster. */
	if (find_flow(key) || flows_count >= FLOWS_MAX)
		goto unlock;
	flow = kmalloc(sizeof(*flow), GFP_ATOMIC);
	if (!flow)
		goto unlock;
	flow->key = *key;
	flow->last = jiffies;
	hash_add_rcu(flows, &flow->node, hash_of(key));
	flows_count++;
unlock:
	spin_unlock_bh(&flows_lock);
}

static bool is_fresh(const struct flow *flow)
{
	return time_before(jiffies, READ_ONCE(flow->last) + READ_ONCE(timeout) * HZ);
}

static unsigned int packet_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct flow_key key;
	struct flow *flow;

	if (!read_key(skb, true, &key))
		return NF_ACCEPT;
	flow = find_flow(&key);
	if (flow)
		WRITE_ONCE(flow->last, jiffies);
	else
		add_flow(&key);
	return NF_ACCEPT;
}

static unsigned int packet_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct flow_key key;
	struct flow *flow;

	if (state->in->ifindex == LOOPBACK_IFINDEX)
		return NF_ACCEPT;
	if (!read_key(skb, false, &key))
		return NF_DROP;
	flow = find_flow(&key);
	return flow && is_fresh(flow) ? NF_ACCEPT : NF_DROP;
}

static void sweep(bool all)
{
	struct hlist_node *next;
	struct flow *flow;
	int bucket;

	spin_lock_bh(&flows_lock);
	hash_for_each_safe(flows, bucket, next, flow, node) {
		if (!all && is_fresh(flow))
			continue;
		hash_del_rcu(&flow->node);
		flows_count--;
		kfree_rcu(flow, rcu);
	}
	spin_unlock_bh(&flows_lock);
}

static void sweep_work(struct work_struct *work)
{
	sweep(false);
	schedule_delayed_work(to_delayed_work(work), SWEEP_EVERY);
}

static DECLARE_DELAYED_WORK(sweeper, sweep_work);

static const struct nf_hook_ops state_ops[] = {
	{
		.hook = packet_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FILTER,
	},
	{
		.hook = packet_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	},
};

static struct net *net;

static int __init state_init(void)
{
	int err;

	net = get_net(current->nsproxy->net_ns);
	err = nf_register_net_hooks(net, state_ops, ARRAY_SIZE(state_ops));
	if (err) {
		put_net(net);
		return err;
	}
	schedule_delayed_work(&sweeper, SWEEP_EVERY);
	return 0;
}

static void __exit state_exit(void)
{
	nf_unregister_net_hooks(net, state_ops, ARRAY_SIZE(state_ops));
	/* A packet may still be in a callback, and add a flow. */
	synchronize_rcu();
	cancel_delayed_work_sync(&sweeper);
	sweep(true);
	put_net(net);
}

module_init(state_init);
module_exit(state_exit);

MODULE_DESCRIPTION("miniFirewall lesson: a filter that remembers");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
