using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
        using SafeFileHandle device = Open(FileAccess.Write);
        RandomAccess.Write(device, MemoryMarshal.AsBytes(rules.AsSpan()), 0);
    }

    private static LessonRule[] Read()
    {
        using SafeFileHandle device = Open(FileAccess.Read);
        var rules = new LessonRule[LessonRule.Max];
        int length = RandomAccess.Read(device, MemoryMarshal.AsBytes(rules.AsSpan()), 0);
        return rules[..(length / LessonRule.Size)];
    }

    private static SafeFileHandle Open(FileAccess access)
    {
        try
        {
            return File.OpenHandle(Device, FileMode.Open, access, FileShare.ReadWrite);
        }
        catch (FileNotFoundException problem)
        {
            throw new IOException($"{Device} is not there: insert the module first, insmod rules.ko", problem);
        }
    }
}
