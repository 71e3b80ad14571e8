// SPDX-License-Identifier: GPL-2.0 OR MIT
/* What the sender of a rejected packet is told, by the kernel's own hands. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <net/netfilter/ipv4/nf_reject.h>
#if IS_ENABLED(CONFIG_IPV6)
#include <net/netfilter/ipv6/nf_reject.h>
#endif

#include "minifw.h"

#define NOT_OF_THIS_FAMILY	(-1)

static int minifw_icmp_code(u32 answer)
{
	switch (answer) {
	case MINIFW_ANSWER_PORT_UNREACHABLE:
		return ICMP_PORT_UNREACH;
	case MINIFW_ANSWER_ICMP_NET_UNREACHABLE:
		return ICMP_NET_UNREACH;
	case MINIFW_ANSWER_ICMP_HOST_UNREACHABLE:
		return ICMP_HOST_UNREACH;
	case MINIFW_ANSWER_ICMP_PROTOCOL_UNREACHABLE:
		return ICMP_PROT_UNREACH;
	case MINIFW_ANSWER_ICMP_NET_PROHIBITED:
		return ICMP_NET_ANO;
	case MINIFW_ANSWER_ICMP_HOST_PROHIBITED:
		return ICMP_HOST_ANO;
	case MINIFW_ANSWER_ICMP_ADMIN_PROHIBITED:
		return ICMP_PKT_FILTERED;
	default:
		return NOT_OF_THIS_FAMILY;
	}
}

static bool minifw_answer_v4(struct sk_buff *skb,
			     const struct nf_hook_state *state, u32 answer)
{
	int code;

	if (answer == MINIFW_ANSWER_TCP_RESET) {
		nf_send_reset(state->net, state->sk, skb, state->hook);
		return true;
	}

	code = minifw_icmp_code(answer);
	if (code == NOT_OF_THIS_FAMILY)
		return false;

	nf_send_unreach(skb, code, state->hook);
	return true;
}

#if IS_ENABLED(CONFIG_IPV6)
static int minifw_icmp6_code(u32 answer)
{
	switch (answer) {
	case MINIFW_ANSWER_PORT_UNREACHABLE:
		return ICMPV6_PORT_UNREACH;
	case MINIFW_ANSWER_ICMP6_NO_ROUTE:
		return ICMPV6_NOROUTE;
	case MINIFW_ANSWER_ICMP6_ADMIN_PROHIBITED:
		return ICMPV6_ADM_PROHIBITED;
	case MINIFW_ANSWER_ICMP6_ADDRESS_UNREACHABLE:
		return ICMPV6_ADDR_UNREACH;
	case MINIFW_ANSWER_ICMP6_POLICY_FAIL:
		return ICMPV6_POLICY_FAIL;
	case MINIFW_ANSWER_ICMP6_REJECT_ROUTE:
		return ICMPV6_REJECT_ROUTE;
	default:
		return NOT_OF_THIS_FAMILY;
	}
}

static bool minifw_answer_v6(struct sk_buff *skb,
			     const struct nf_hook_state *state, u32 answer)
{
	int code;

	if (answer == MINIFW_ANSWER_TCP_RESET) {
		nf_send_reset6(state->net, state->sk, skb, state->hook);
		return true;
	}

	code = minifw_icmp6_code(answer);
	if (code == NOT_OF_THIS_FAMILY)
		return false;

	nf_send_unreach6(state->net, skb, code, state->hook);
	return true;
}
#else
static bool minifw_answer_v6(struct sk_buff *skb,
			     const struct nf_hook_state *state, u32 answer)
{
	return false;
}
#endif

/* False where the answer is none of the packet's family. */
bool minifw_answer(struct sk_buff *skb, const struct nf_hook_state *state,
		   u32 answer)
{
	return state->pf == NFPROTO_IPV4 ? minifw_answer_v4(skb, state, answer)
					 : minifw_answer_v6(skb, state, answer);
}
