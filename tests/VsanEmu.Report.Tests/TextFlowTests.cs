namespace VsanEmu.Report.Tests;

public sealed class TextFlowTests
{
    [Theory]
    [InlineData("", 5, "")]
    [InlineData("abc", 5, "abc")]
    [InlineData("ab cd", 5, "ab cd")]
    [InlineData("ab cde", 5, "ab|cde")]
    [InlineData("ab  cde ", 5, "ab|cde")]
    [InlineData("abcdefgh", 3, "abc|def|gh")]
    [InlineData("a bcdefgh", 3, "a|bcd|efg|h")]
    public void Text_breaks_at_spaces_and_long_words_where_they_must(string text, int width, string pieces) =>
        Assert.Equal(pieces.Split('|'), TextFlow.Wrap(text, width));

    [Fact]
    public void What_follows_the_lead_hangs_beneath_itself() => Assert.Equal(
        ["M1 nobody hears anybody on this", "   one segment of the whole fabric"],
        Printed.Lines(60, c =>
        {
            c.Profile.Width = 34;
            TextFlow.Write(c, [("M1 ", Palette.Strong)], "nobody hears anybody on this one segment of the whole fabric", Palette.Plain);
        }));

    [Fact]
    public void A_lead_that_leaves_no_room_has_the_text_beneath_it() => Assert.Equal(
        ["M1 Agent Group delivery  FAIL", "    nobody hears anybody"],
        Printed.Lines(60, c =>
        {
            c.Profile.Width = 40;
            TextFlow.Write(c, [("M1 Agent Group delivery  ", Palette.Plain), ("FAIL  ", Palette.Bad)], "nobody hears anybody", Palette.Plain);
        }));

    [Fact]
    public void A_lead_without_text_has_no_trailing_space() =>
        Assert.Equal("M1\n", Printed.Text(60, c => TextFlow.Write(c, [("M1   ", Palette.Strong)], "", Palette.Plain)));
}
