// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Lesson "hello": the smallest module that can be told something. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>

static char *name = "world";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "whom to greet");

static int __init hello_init(void)
{
	pr_info("hello, %s\n", name);
	pr_debug("the name is at %p\n", name);
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("goodbye, %s\n", name);
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("miniFirewall lesson: hello");
MODULE_AUTHOR("The miniFirewall developers");
MODULE_LICENSE("Dual MIT/GPL");
