using System.Runtime.InteropServices;

namespace MiniFirewall.Lessons.Rules;

/// <summary>The client of the module kernel/lessons/rules: one write gives it a whole rule set, a read tells the rules and what they counted.</summary>
internal static class RulesClient
{
    private const string Device = "/dev/lesson_rules";

    internal static void Run(Arguments arguments)
    {
        switch (arguments.Words)
        {
            case ["set", .. string[] texts]:
                Set(LessonRule.ParseAll(texts));
                break;
            case ["show"]:
                LessonRule.Print(Read());
                break;
            default:
                throw new UsageException("the client can \"set RULE...\" and \"show\"");
        }
    }

    private static void Set(LessonRule[] rules)
    {
        using FileStream device = Open(FileAccess.Write);
        device.Write(MemoryMarshal.AsBytes(rules.AsSpan()));
    }

    private static LessonRule[] Read()
    {
        using FileStream device = Open(FileAccess.Read);
        var rules = new LessonRule[LessonRule.Max];
        int length = device.Read(MemoryMarshal.AsBytes(rules.AsSpan()));
        return rules[..(length / LessonRule.Size)];
    }

    /// <summary>Without a buffer, so that each call is one of the kernel's.</summary>
    private static FileStream Open(FileAccess access)
    {
        try
        {
            return new FileStream(Device, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (FileNotFoundException problem)
        {
            throw new IOException($"{Device} is not there: insert the module first, insmod rules.ko", problem);
        }
    }
}
