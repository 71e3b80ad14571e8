// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * minifw: BPF programs on Netfilter's hooks, for kernels that have no BPF
 * links there (before 6.4), or whose owner prefers a module. What it is told
 * is in uapi/minifw.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "minifw.h"

/* Guards all namespaces' lists of hooks. */
DEFINE_MUTEX(minifw_lock);

bool minifw_answers = true;
module_param_named(answers, minifw_answers, bool, 0644);
MODULE_PARM_DESC(answers, "Send the answers that programs ask for (default: Y)");

unsigned int minifw_most_hooks = 64;
module_param_named(most_hooks, minifw_most_hooks, uint, 0644);
MODULE_PARM_DESC(most_hooks, "Most hooks in one network namespace (default: 64)");

static unsigned int minifw_net_id __read_mostly;

struct minifw_net *minifw_net_of(struct net *net)
{
	return net_generic(net, minifw_net_id);
}

static int __net_init minifw_net_init(struct net *net)
{
	INIT_LIST_HEAD(&minifw_net_of(net)->hooks);
	return minifw_status_init(net);
}

/* The kernel waits for a grace period between this and minifw_net_exit(). */
static void __net_exit minifw_net_pre_exit(struct net *net)
{
	minifw_status_exit(net);
	mutex_lock(&minifw_lock);
	minifw_hooks_leave(net, &minifw_net_of(net)->hooks);
	mutex_unlock(&minifw_lock);
}

static void __net_exit minifw_net_exit(struct net *net)
{
	minifw_hooks_free(&minifw_net_of(net)->hooks);
}

static struct pernet_operations minifw_net_ops = {
	.init		= minifw_net_init,
	.pre_exit	= minifw_net_pre_exit,
	.exit		= minifw_net_exit,
	.id		= &minifw_net_id,
	.size		= sizeof(struct minifw_net),
};

static int __init minifw_init(void)
{
	int err;

	err = register_pernet_subsys(&minifw_net_ops);
	if (err)
		return err;

	err = minifw_netlink_init();
	if (err) {
		unregister_pernet_subsys(&minifw_net_ops);
		return err;
	}

	pr_info("loaded, version " MINIFW_VERSION ", interface %d\n",
		MINIFW_GENL_VERSION);
	return 0;
}

static void __exit minifw_exit(void)
{
	minifw_netlink_exit();
	unregister_pernet_subsys(&minifw_net_ops);
	pr_info("unloaded\n");
}

module_init(minifw_init);
module_exit(minifw_exit);

MODULE_AUTHOR("miniFirewall's authors");
MODULE_DESCRIPTION("BPF programs on Netfilter's hooks");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_VERSION(MINIFW_VERSION);
MODULE_ALIAS_GENL_FAMILY(MINIFW_GENL_NAME);
