using MiniFirewall.Testing.Guide;
using Xunit;

namespace MiniFirewall.Tests.Guide;

public sealed class ExpectedOutputTests
{
    [Theory]
    [InlineData("a|b", "a|b", true)]
    [InlineData("a|b", "a", false)]
    [InlineData("a", "a|b", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("...", "", true)]
    [InlineData("...|z", "a|b|z", true)]
    [InlineData("...|z", "a|b|z|c", false)]
    [InlineData("a|...|z|...", "a|z", true)]
    [InlineData("a|...|z", "a|z|y|z", true)]
    [InlineData("time=… ms", "time=0.5 ms", true)]
    [InlineData("time=… ms", "time=0.5 s", false)]
    [InlineData("…", "anything", true)]
    [InlineData("ab…bc", "abc", false)]
    [InlineData("…x…y", "axby", true)]
    [InlineData("…x…y", "ayb", false)]
    [InlineData("a  ", "a", true)]
    public void Lines_fit_or_do_not(string expected, string actual, bool fits) =>
        Assert.Equal(fits, ExpectedOutput.Fits(Lines(expected), Lines(actual)));

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.Split('|');
}
