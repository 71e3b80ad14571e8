using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Lessons.Rules;
using MiniFirewall.Lessons.Twins;
using MiniFirewall.Sys;

namespace MiniFirewall.Lessons;

/// <summary>The lessons' BPF programs, each the twin of a kernel module of kernel/lessons, and the client of the module "rules".</summary>
internal static class Program
{
    private const string Usage = """
        usage: lesson hello
               lesson log|match [-- COMMAND...]
               lesson callbacks [stop=0|1] [witness=PRIORITY] [-- COMMAND...]
               lesson state [timeout=SECONDS] [-- COMMAND...]
               lesson rules set RULE... | show | off
               lesson client set RULE... | show
        A lesson's programs are on their hooks while COMMAND runs, or until Ctrl-C where there is none; those of "rules" stay until "off".
        RULE, in quotes: "-p udp -s 10.0.1.0/24 --dport 53 -j DROP", or parts of it.
        """;

    private static readonly Dictionary<string, Action<Arguments>> Lessons = new()
    {
        ["hello"] = HelloTwin.Run,
        ["log"] = LogTwin.Run,
        ["match"] = MatchTwin.Run,
        ["callbacks"] = CallbacksTwin.Run,
        ["state"] = StateTwin.Run,
        ["rules"] = RulesTwin.Run,
        ["client"] = RulesClient.Run,
    };

    private static int Main(string[] words)
    {
        try
        {
            if (words is ["-h" or "--help", ..])
            {
                Console.WriteLine(Usage);
                return 0;
            }

            if (words.Length == 0 || !Lessons.TryGetValue(words[0], out Action<Arguments>? run))
            {
                throw new UsageException(words.Length == 0 ? "no lesson is named" : $"there is no lesson \"{words[0]}\"");
            }

            run(Arguments.Parse(words.AsSpan(1)));
            return 0;
        }
        catch (UsageException problem)
        {
            Console.Error.WriteLine($"lesson: {problem.Message}\n{Usage}");
            return 2;
        }
        catch (Exception problem) when (problem is SystemCallException or VerifierException or MissingFeatureException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"lesson: {problem.Message}");
            return 1;
        }
    }
}
