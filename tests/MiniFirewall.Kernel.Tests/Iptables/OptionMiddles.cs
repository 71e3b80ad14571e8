using System.Globalization;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// What stands between a match and the end of its rule: each option with each value, negated in every place, twice, without its
/// argument, glued, shortened to every length, its numbers in other notations, with a word too many, and several options together.
/// </summary>
internal static class OptionMiddles
{
    private const int Combinations = 3;

    internal static IEnumerable<string[]> Of(OptionExtension extension, Random random)
    {
        List<OptionExtension.Option> options = extension.Options;
        yield return [];
        foreach (OptionExtension.Option option in options)
        {
            foreach (string[] middle in ValuesOf(option, extension.IsCareless).Concat(PlacesOf(option)).Concat(ShortenedOf(option)).Concat(extension.Kind == "rule" ? [] : GluedOf(option)))
            {
                yield return middle;
            }
        }

        for (int i = 0; i < Combinations * options.Count && options.Count > 1; i++)
        {
            yield return Together(options, random);
        }
    }

    private static IEnumerable<string[]> ValuesOf(OptionExtension.Option option, bool isCareless)
    {
        foreach (string value in option.Values)
        {
            yield return option.Use(value);
            yield return ["!", .. option.Use(value)];
            foreach (string spelled in SpellingsOf(value))
            {
                yield return option.Use(isCareless ? $"~{spelled}" : spelled);
            }
        }

        if (option.Values.Length > 0)
        {
            yield return option.Use(OptionExtension.Nothing);
        }
    }

    /// <summary>Where it stands: negated before and behind, twice, twice with another value, with words that do not belong there.</summary>
    private static IEnumerable<string[]> PlacesOf(OptionExtension.Option option)
    {
        string[] good = option.Good;
        yield return ["!", .. good];
        yield return ["!", "!", .. good];
        yield return [good[0], "!", .. good[1..]];
        yield return [good[0]];
        yield return [.. good, .. good];
        yield return [.. good, "!", .. good];
        yield return ["!", .. good, "!", .. good];
        yield return [.. good, "extra"];
        yield return [.. good, "~!"];
        yield return [.. good, "-p", "all"];
        if (option.Values.Length > 1)
        {
            yield return [.. good, .. option.Use(option.Values[1])];
        }
    }

    private static IEnumerable<string[]> ShortenedOf(OptionExtension.Option option)
    {
        string[] good = option.Good;
        int first = good[0].IndexOf("--", StringComparison.Ordinal);
        if (first < 0)
        {
            yield break;
        }

        for (int length = first + 3; length < good[0].Length; length++)
        {
            yield return [good[0][..length], .. good[1..]];
        }

        yield return [good[0].ToUpperInvariant(), .. good[1..]];
        yield return [$"~{good[0].Remove(first, 1)}", .. good[1..]];
    }

    private static IEnumerable<string[]> GluedOf(OptionExtension.Option option)
    {
        string[] good = option.Good;
        foreach (string value in good.Length == 2 ? option.Values : [])
        {
            yield return [$"{(value.StartsWith('~') ? "~" : "")}{good[0]}={value.TrimStart('~')}"];
        }

        if (good.Length < 3)
        {
            yield return [$"{good[0]}=x"];
            yield return [$"~{good[0]}="];
            yield return [$"{good[0]}{(good.Length == 2 ? good[1].TrimStart('~') : "x")}"];
        }
    }

    /// <summary>A number in other notations; in octal, and with what iptables passes over, it may be refused.</summary>
    private static IEnumerable<string> SpellingsOf(string value)
    {
        if (ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
        {
            return
            [
                $"0x{number:x}", $"0X{number:X}", $"~0{Convert.ToString((long)number, 8)}", $"~+{value}", $"~ {value}", $"{value} ", $"{value}.0", $"~-{value}", $"{value}x",
                $"{value}:{value}", $"~{value}-{value}", $"{value},{value}", $"{value}/{value}", $"{value}/0xff",
            ];
        }

        return value.StartsWith('~') || value.Length == 0 ? [] : [value.ToUpperInvariant(), $"{value},{value}", $"~ {value}", $"{value} "];
    }

    private static string[] Together(List<OptionExtension.Option> options, Random random)
    {
        List<string> words = [];
        OptionExtension.Option[] shuffled = [.. options];
        random.Shuffle(shuffled);
        foreach (OptionExtension.Option option in shuffled.Take(random.Next(2, Math.Min(5, options.Count + 1))))
        {
            string? value = option.Values.Length == 0 ? null : random.Next(5) < 3 ? option.Values[0] : option.Values[random.Next(option.Values.Length)];
            words.AddRange([.. random.Next(7) == 0 ? ["!"] : Array.Empty<string>(), .. option.Use(value)]);
        }

        return [.. words];
    }
}
