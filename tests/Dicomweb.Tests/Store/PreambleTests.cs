// What may stand before a file of PS3.10.

namespace FhirHub.Dicomweb.Tests;

public class PreambleTests
{
    [Theory]
    [InlineData("4D5A9000")]
    [InlineData("7F454C46")]
    [InlineData("23212F62696E2F7368")]
    [InlineData("CAFEBABE")]
    [InlineData("4D5A0000002A")]
    [InlineData("49492A01")]
    [InlineData("00000001")]
    public void A_program_or_anything_else_in_the_preamble_becomes_zeros(string start)
    {
        var head = Head(start);
        Preamble.Neutralize(head);
        Assert.True(Preamble.IsThere(head));
        Assert.Equal(new byte[128], head[..128]);
    }

    [Theory]
    [InlineData("49492A00F0010000")]
    [InlineData("4D4D002A000001F0")]
    [InlineData("49492B0008000000F001000000000000")]
    [InlineData("4D4D002B0008000000000000000001F0")]
    [InlineData("00")]
    public void The_header_of_a_TIFF_file_stays(string start)
    {
        var head = Head(start);
        var before = head.ToArray();
        Preamble.Neutralize(head);
        Assert.Equal(before, head);
    }

    [Fact]
    public void A_data_set_without_head_has_no_preamble()
    {
        Assert.False(Preamble.IsThere(new byte[132]));
        Assert.False(Preamble.IsThere("DICM"u8));
    }

    private static byte[] Head(string start)
    {
        var head = new byte[132];
        Convert.FromHexString(start).CopyTo(head, 0);
        "DICM"u8.CopyTo(head.AsSpan(128));
        return head;
    }
}
