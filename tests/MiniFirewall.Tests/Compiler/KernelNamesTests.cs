using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Tests.Rules;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

/// <summary>What is found early is what programs of ordinary rules name, all of it and no more: a name that is missing costs a walk of its own.</summary>
public sealed class KernelNamesTests
{
    [Fact]
    public void They_are_those_of_ordinary_rules()
    {
        string[] named = [.. Programs().SelectMany(program => program.Code.Instructions).SelectMany(instruction => instruction.Reference?.KernelNames ?? []).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(named, KernelNames.Usual.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<ProgramSpec> Programs()
    {
        string[] rules =
        [
            "-i lo -j ACCEPT", "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-m conntrack --ctstate INVALID -j DROP", "-p tcp --dport 22 -j ACCEPT", "-j REJECT",
        ];
        RuleSet set = Reading.Good(string.Join('\n', rules.Select(rule => $"-A INPUT {rule}").Concat(rules.Select(rule => $"-A FORWARD {rule}"))));
        foreach (Family family in DispatcherCompiler.Families)
        {
            foreach (ProgramSpec program in ProgramSetCompiler.Compile([.. DispatcherCompiler.Hooks.Select(hook => RuleSetLowering.Lower(set, hook, family, CounterOne.Instance))], new CompileOptions()).Specs)
            {
                yield return program;
            }

            foreach (Hook hook in DispatcherCompiler.Hooks)
            {
                yield return DispatcherCompiler.Compile(hook, family);
            }
        }
    }
}
