// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The generic netlink family that user space speaks to. */
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "minifw.h"

static struct genl_family minifw_family;

static const struct nla_policy minifw_hook_policy[MINIFW_HOOK_A_MAX + 1] = {
	[MINIFW_HOOK_A_FAMILY]	 = { .type = NLA_U8 },
	[MINIFW_HOOK_A_HOOK]	 = { .type = NLA_U8 },
	[MINIFW_HOOK_A_PRIORITY] = { .type = NLA_S32 },
	[MINIFW_HOOK_A_FLAGS]	 = NLA_POLICY_MASK(NLA_U32, MINIFW_HOOK_F_DEFRAG),
	[MINIFW_HOOK_A_PROG_FD]	 = { .type = NLA_U32 },
	[MINIFW_HOOK_A_PROG_ID]	 = { .type = NLA_REJECT },
	[MINIFW_HOOK_A_ACCEPTED] = { .type = NLA_REJECT },
	[MINIFW_HOOK_A_DROPPED]	 = { .type = NLA_REJECT },
	[MINIFW_HOOK_A_ANSWERED] = { .type = NLA_REJECT },
	[MINIFW_HOOK_A_PAD]	 = { .type = NLA_REJECT },
	[MINIFW_HOOK_A_PROG_NAME] = { .type = NLA_REJECT },
};

static const struct nla_policy minifw_policy[MINIFW_A_MAX + 1] = {
	[MINIFW_A_HOOKS] = NLA_POLICY_NESTED_ARRAY(minifw_hook_policy),
	[MINIFW_A_HOOK]	 = { .type = NLA_REJECT },
};

/* A hook as a message names it. */
struct minifw_place {
	u8 family;
	u8 hook;
	s32 priority;
};

static int minifw_refuse(struct netlink_ext_ack *extack, int err,
			 const struct nlattr *about, const char *why)
{
	extack->_msg = why;
	extack->bad_attr = about;
	return err;
}

/* Messages are strictly validated before this: what is there is well-formed. */
static int minifw_parse_place(struct nlattr **attrs, const struct nlattr *about,
			      struct minifw_place *place,
			      struct netlink_ext_ack *extack)
{
	if (!attrs[MINIFW_HOOK_A_FAMILY] || !attrs[MINIFW_HOOK_A_HOOK] ||
	    !attrs[MINIFW_HOOK_A_PRIORITY])
		return minifw_refuse(extack, -EINVAL, about,
				     "a hook needs family, hook number and priority");

	place->family = nla_get_u8(attrs[MINIFW_HOOK_A_FAMILY]);
	place->hook = nla_get_u8(attrs[MINIFW_HOOK_A_HOOK]);
	place->priority = nla_get_s32(attrs[MINIFW_HOOK_A_PRIORITY]);
	if (place->family != NFPROTO_IPV4 &&
	    !(IS_ENABLED(CONFIG_IPV6) && place->family == NFPROTO_IPV6))
		return minifw_refuse(extack, -EAFNOSUPPORT,
				     attrs[MINIFW_HOOK_A_FAMILY],
				     "the family is neither IPv4 nor IPv6, or this kernel does not have it");
	if (place->hook >= NF_INET_NUMHOOKS)
		return minifw_refuse(extack, -EINVAL,
				     attrs[MINIFW_HOOK_A_HOOK],
				     "there is no hook of that number");
	return 0;
}

static struct bpf_prog *minifw_get_program(const struct nlattr *descriptor,
					   struct netlink_ext_ack *extack)
{
	u32 fd = nla_get_u32(descriptor);
	struct bpf_prog *prog;

#if IS_ENABLED(CONFIG_NETFILTER_BPF_LINK)
	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_NETFILTER, false);
	if (!IS_ERR(prog))
		return prog;
#endif
	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_LWT_OUT, false);
	if (IS_ERR(prog))
		minifw_refuse(extack, PTR_ERR(prog), descriptor,
			      "not the descriptor of a BPF program of type NETFILTER (where the kernel has it) or LWT_OUT");
	return prog;
}

static bool minifw_is_listed(const struct list_head *hooks,
			     const struct minifw_place *place)
{
	struct minifw_hook *hook;

	list_for_each_entry(hook, hooks, list)
		if (hook->ops.pf == place->family &&
		    hook->ops.hooknum == place->hook &&
		    hook->ops.priority == place->priority)
			return true;
	return false;
}

/* Adds one hook of an ATTACH message to the list, still on no hook. */
static int minifw_add_hook(struct minifw_net *own, struct list_head *hooks,
			   const struct nlattr *nested,
			   struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[MINIFW_HOOK_A_MAX + 1];
	struct minifw_place place;
	struct minifw_hook *hook;
	struct bpf_prog *prog;
	u32 flags = 0;
	int err;

	err = nla_parse_nested(attrs, MINIFW_HOOK_A_MAX, nested,
			       minifw_hook_policy, extack);
	if (err)
		return err;

	err = minifw_parse_place(attrs, nested, &place, extack);
	if (err)
		return err;

	if (!attrs[MINIFW_HOOK_A_PROG_FD])
		return minifw_refuse(extack, -EINVAL, nested,
				     "a hook to attach to needs a program's descriptor");
	if (minifw_is_listed(hooks, &place) ||
	    minifw_hook_find(own, place.family, place.hook, place.priority))
		return minifw_refuse(extack, -EEXIST, nested,
				     "this hook and priority have a program already: detach it first");
	if (attrs[MINIFW_HOOK_A_FLAGS])
		flags = nla_get_u32(attrs[MINIFW_HOOK_A_FLAGS]);

	prog = minifw_get_program(attrs[MINIFW_HOOK_A_PROG_FD], extack);
	if (IS_ERR(prog))
		return PTR_ERR(prog);

	hook = minifw_hook_make(place.family, place.hook, place.priority,
				flags, prog);
	if (!hook) {
		bpf_prog_put(prog);
		return -ENOMEM;
	}

	list_add_tail(&hook->list, hooks);
	return 0;
}

static int minifw_add_hooks(struct minifw_net *own, struct list_head *hooks,
			    const struct nlattr *array,
			    struct netlink_ext_ack *extack)
{
	unsigned int room = READ_ONCE(minifw_most_hooks);
	const struct nlattr *nested;
	int left, err;

	room = room > own->count ? room - own->count : 0;
	nla_for_each_nested(nested, array, left) {
		if (!room--)
			return minifw_refuse(extack, -ENOSPC, nested,
					     "this network namespace has as many hooks as the module's parameter most_hooks allows");
		err = minifw_add_hook(own, hooks, nested, extack);
		if (err)
			return err;
	}

	if (list_empty(hooks))
		return minifw_refuse(extack, -EINVAL, array,
				     "there is no hook in the list");
	return 0;
}

static int minifw_cmd_attach(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	LIST_HEAD(hooks);
	int err;

	if (!info->attrs[MINIFW_A_HOOKS])
		return minifw_refuse(info->extack, -EINVAL, NULL,
				     "attaching needs a list of hooks");

	mutex_lock(&minifw_lock);
	err = minifw_add_hooks(minifw_net_of(net), &hooks,
			       info->attrs[MINIFW_A_HOOKS], info->extack);
	if (!err)
		err = minifw_hooks_attach(net, &hooks, info->extack);
	if (err)
		minifw_hooks_free(&hooks);
	mutex_unlock(&minifw_lock);
	return err;
}

/* Moves the hooks that a message names from the namespace's list to another. */
static int minifw_take_hooks(struct minifw_net *own, struct list_head *hooks,
			     const struct nlattr *array,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[MINIFW_HOOK_A_MAX + 1];
	const struct nlattr *nested;
	struct minifw_place place;
	struct minifw_hook *hook;
	int left, err;

	nla_for_each_nested(nested, array, left) {
		err = nla_parse_nested(attrs, MINIFW_HOOK_A_MAX, nested,
				       minifw_hook_policy, extack);
		if (err)
			return err;

		err = minifw_parse_place(attrs, nested, &place, extack);
		if (err)
			return err;

		if (attrs[MINIFW_HOOK_A_PROG_FD] || attrs[MINIFW_HOOK_A_FLAGS])
			return minifw_refuse(extack, -EINVAL, nested,
					     "a hook to detach from is named by family, hook number and priority alone");

		hook = minifw_hook_find(own, place.family, place.hook,
					place.priority);
		if (!hook)
			return minifw_refuse(extack, -ENOENT, nested,
					     "this hook and priority have no program of this module");
		list_move_tail(&hook->list, hooks);
	}
	return 0;
}

static int minifw_cmd_detach(struct sk_buff *skb, struct genl_info *info)
{
	struct minifw_net *own = minifw_net_of(genl_info_net(info));
	struct nlattr *array = info->attrs[MINIFW_A_HOOKS];
	LIST_HEAD(hooks);
	int err = 0;

	mutex_lock(&minifw_lock);
	if (array)
		err = minifw_take_hooks(own, &hooks, array, info->extack);
	else
		list_splice_init(&own->hooks, &hooks);
	if (err)
		list_splice(&hooks, &own->hooks);
	else if (!list_empty(&hooks))
		minifw_hooks_detach(genl_info_net(info), &hooks);
	mutex_unlock(&minifw_lock);
	return err;
}

static int minifw_put_hook(struct sk_buff *skb, const struct minifw_hook *hook)
{
	struct minifw_counts sum;
	struct nlattr *nested;

	minifw_hook_sum(hook, &sum);
	nested = nla_nest_start(skb, MINIFW_A_HOOK);
	if (!nested ||
	    nla_put_u8(skb, MINIFW_HOOK_A_FAMILY, hook->ops.pf) ||
	    nla_put_u8(skb, MINIFW_HOOK_A_HOOK, hook->ops.hooknum) ||
	    nla_put_s32(skb, MINIFW_HOOK_A_PRIORITY, hook->ops.priority) ||
	    nla_put_u32(skb, MINIFW_HOOK_A_FLAGS, hook->flags) ||
	    nla_put_u32(skb, MINIFW_HOOK_A_PROG_ID, hook->prog->aux->id) ||
	    nla_put_string(skb, MINIFW_HOOK_A_PROG_NAME,
			   hook->prog->aux->name) ||
	    nla_put_u64_64bit(skb, MINIFW_HOOK_A_ACCEPTED, sum.accepted,
			      MINIFW_HOOK_A_PAD) ||
	    nla_put_u64_64bit(skb, MINIFW_HOOK_A_DROPPED, sum.dropped,
			      MINIFW_HOOK_A_PAD) ||
	    nla_put_u64_64bit(skb, MINIFW_HOOK_A_ANSWERED, sum.answered,
			      MINIFW_HOOK_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nested);
	return 0;
}

static int minifw_put_message(struct sk_buff *skb, struct netlink_callback *cb,
			      const struct minifw_hook *hook)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &minifw_family, NLM_F_MULTI,
			     MINIFW_CMD_GET);
	if (!header)
		return -EMSGSIZE;

	genl_dump_check_consistent(cb, header);
	if (minifw_put_hook(skb, hook)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}

	genlmsg_end(skb, header);
	return 0;
}

/* cb->args[0]: how many hooks earlier calls have put. */
static int minifw_cmd_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct minifw_net *own = minifw_net_of(sock_net(skb->sk));
	struct minifw_hook *hook;
	long at = 0;

	mutex_lock(&minifw_lock);
	cb->seq = own->changes + 1;
	list_for_each_entry(hook, &own->hooks, list) {
		if (at >= cb->args[0] && minifw_put_message(skb, cb, hook))
			break;
		at++;
	}
	cb->args[0] = at;
	mutex_unlock(&minifw_lock);
	return skb->len;
}

static const struct genl_ops minifw_ops[] = {
	{
		.cmd	= MINIFW_CMD_ATTACH,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= minifw_cmd_attach,
	},
	{
		.cmd	= MINIFW_CMD_DETACH,
		.flags	= GENL_UNS_ADMIN_PERM,
		.doit	= minifw_cmd_detach,
	},
	{
		.cmd	= MINIFW_CMD_GET,
		.flags	= GENL_UNS_ADMIN_PERM,
		.dumpit	= minifw_cmd_dump,
	},
};

static struct genl_family minifw_family __ro_after_init = {
	.name		= MINIFW_GENL_NAME,
	.version	= MINIFW_GENL_VERSION,
	.maxattr	= MINIFW_A_MAX,
	.policy		= minifw_policy,
	.ops		= minifw_ops,
	.n_ops		= ARRAY_SIZE(minifw_ops),
	.netnsok	= true,
	.module		= THIS_MODULE,
};

int __init minifw_netlink_init(void)
{
	return genl_register_family(&minifw_family);
}

void minifw_netlink_exit(void)
{
	genl_unregister_family(&minifw_family);
}
