// SPDX-License-Identifier: GPL-2.0 OR MIT
/* /proc/net/minifw: the hooks of a network namespace, for people. */
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/net_namespace.h>

#include "minifw.h"

static const char * const minifw_hook_names[NF_INET_NUMHOOKS] = {
	[NF_INET_PRE_ROUTING]	= "PRE_ROUTING",
	[NF_INET_LOCAL_IN]	= "LOCAL_IN",
	[NF_INET_FORWARD]	= "FORWARD",
	[NF_INET_LOCAL_OUT]	= "LOCAL_OUT",
	[NF_INET_POST_ROUTING]	= "POST_ROUTING",
};

static int minifw_status_show(struct seq_file *file, void *v)
{
	struct minifw_net *own = minifw_net_of(seq_file_single_net(file));
	struct minifw_counts sum;
	struct minifw_hook *hook;

	mutex_lock(&minifw_lock);
	seq_printf(file, "minifw %s, interface %d, hooks %u of %u, answers %s\n",
		   MINIFW_VERSION, MINIFW_GENL_VERSION, own->count,
		   READ_ONCE(minifw_most_hooks),
		   READ_ONCE(minifw_answers) ? "on" : "off");
	seq_puts(file, "family hook         priority flags  program name             accepted    dropped   answered\n");
	list_for_each_entry(hook, &own->hooks, list) {
		minifw_hook_sum(hook, &sum);
		seq_printf(file, "%-6s %-12s %8d %-6s %7u %-16s %8lu %10lu %10lu\n",
			   hook->ops.pf == NFPROTO_IPV4 ? "ipv4" : "ipv6",
			   minifw_hook_names[hook->ops.hooknum],
			   hook->ops.priority,
			   hook->flags & MINIFW_HOOK_F_DEFRAG ? "defrag" : "-",
			   hook->prog->aux->id, hook->prog->aux->name,
			   sum.accepted, sum.dropped, sum.answered);
	}
	mutex_unlock(&minifw_lock);
	return 0;
}

int minifw_status_init(struct net *net)
{
	return proc_create_net_single("minifw", 0444, net->proc_net,
				      minifw_status_show, NULL) ? 0 : -ENOMEM;
}

void minifw_status_exit(struct net *net)
{
	remove_proc_entry("minifw", net->proc_net);
}
