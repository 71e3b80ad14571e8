using System.Diagnostics;
using System.Globalization;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Engine.Sets;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

// The engine as a process of its own, for tests that kill it or run it elsewhere.
// ROOT set NAME EDIT KILL-AFTER-STEP ENTRY... |
// ROOT change KILL-AFTER-STEP IPTABLES-ARGUMENT... | ROOT changes | ROOT apply FILE [KILL-AFTER-STEP] | ROOT keep FILE DIRECTORY [KILL-AFTER-STEP] | ROOT try FILE MILLISECONDS [KILL-AFTER-STEP] | ROOT loop FILE FILE | ROOT read | ROOT off | ROOT status | ROOT watch | ROOT leaks FILE FILE
string root = args[0];
try
{
    return Run(root, args);
}
catch (FirewallException refusal)
{
    Console.Error.WriteLine($"{refusal.Failure}: {refusal.Message}");
    return 1;
}

static int Run(string root, string[] args)
{
    switch (args[1])
    {
        case "apply":
            Open(root, step => Kill(step, args.ElementAtOrDefault(3))).Apply(AgentRules.Read(args[2]));
            break;
        case "try":
            var trial = new TrialRequest(TimeSpan.FromMilliseconds(int.Parse(args[3], CultureInfo.InvariantCulture)), TrialKind.Confirm);
            Open(root, step => Kill(step, args.ElementAtOrDefault(4))).Apply(AgentRules.Read(args[2]), new ApplyOptions { Trial = trial });
            break;
        case "keep":
            PersistentRules.In(Open(root, step => Kill(step, args.ElementAtOrDefault(4))), args[3]).Apply(AgentRules.Read(args[2]), ChangeNote.Of("keep"));
            break;
        case "change":
            AgentChanges.Make(Open(root, step => Kill(step, args[2])), args[3..]);
            break;
        case "change6":
            AgentChanges.Make(Open(root, step => Kill(step, args[2])), args[3..], FamilySet.IPv6);
            break;
        case "changes":
            AgentChanges.Loop(Open(root, _ => { }));
            break;
        case "loop":
            Loop(Open(root, _ => { }), AgentRules.Read(args[2]), AgentRules.Read(args[3]));
            break;
        case "read":
            LoadedRuleSet? loaded = Open(root, _ => { }).Read();
            Console.Write(loaded is null ? "none\n" : AgentRules.Print(loaded.Rules));
            break;
        case "off":
            Open(root, _ => { }).Off();
            break;
        case "status":
            FirewallStatus status = Open(root, _ => { }).Status();
            Console.WriteLine($"{status.Generation} {status.Links.Length} {status.OtherNamespaces} {status.Collected}");
            break;
        case "watch":
            using (Open(root, _ => { }).OpenEvents())
            {
                Console.WriteLine("watching");
                Thread.Sleep(Timeout.Infinite);
            }

            break;
        case "set":
            Edit(Open(root, step => Kill(step, args[4])), args[2], Enum.Parse<SetEdit>(args[3]), args[5..]);
            break;
        case "leaks":
            Console.Write(LeakSearch.Run(root, AgentRules.Read(args[2]), AgentRules.Read(args[3])));
            break;
        default:
            throw new ArgumentException(args[1]);
    }

    return 0;
}

static FirewallEngine Open(string root, Action<string> afterStep) =>
    FirewallEngine.Open(new EngineParts { Root = root, AfterStep = afterStep });

static void Kill(string step, string? last)
{
    if (step == last)
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}

static void Edit(FirewallEngine engine, string name, SetEdit edit, string[] entries) => engine.EditSet(name, edit, set =>
{
    var elements = new SetElements();
    var reader = new SetElementReader(set.Type, set.Families, NetworkNames.BuiltIn);
    return entries.All(entry => reader.TryRead(entry, noMatch: false, elements)) ? elements : throw new FormatException(reader.Problem);
});

static void Loop(FirewallEngine engine, RuleSet first, RuleSet second)
{
    for (int i = 0; ; i++)
    {
        engine.Apply(i % 2 == 0 ? first : second);
        Console.WriteLine(i);
    }
}
