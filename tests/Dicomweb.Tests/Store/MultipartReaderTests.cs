// Framings of multipart bodies: those of the standard, those of clients, and those of attackers.

using System.Text;
using FhirHub.Tests;

namespace FhirHub.Dicomweb.Tests;

public class MultipartReaderTests
{
    private const long Any = long.MaxValue;

    [Theory]
    [InlineData("--b\r\nContent-Type: a/b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "one|two")]
    [InlineData("--b\r\n\r\none\r\n--b--", "one")]
    [InlineData("\r\n--b\r\n\r\none\r\n--b--", "one")]
    [InlineData("This is a message\r\nof several parts.\r\n--b\r\n\r\none\r\n--b--\r\nand that was all\r\n--b\r\n\r\nno part\r\n--b--", "one")]
    [InlineData("--b  \t\r\n\r\none\r\n--b \r\n\r\ntwo\r\n--b-- \r\n", "one|two")]
    [InlineData("--b\n\none\n--b\nContent-Type: a/b\n\ntwo\n--b--\n", "one|two")]
    [InlineData("--b\n\none\r\n--b\n\ntwo\n--b--", "one\r|two")]
    [InlineData("--b\r\n\r\none\n--b\n\ntwo\r\n--b--", "one\n--b\n\ntwo")]
    [InlineData("--b\r\n\r\n\r\n--b\r\n\r\n\r\n--b--", "|")]
    [InlineData("--b\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\n--b--", "|")]
    [InlineData("--b\r\n\r\none\r\n--bc\r\n--b.\r\n--\r\n--b--", "one\r\n--bc\r\n--b.\r\n--")]
    [InlineData("--b\r\n\r\n--bee\r\r\n\r\n--b--", "--bee\r\r\n")]
    [InlineData("--bb\r\nno\r\n--b\r\n\r\none\r\n--b--", "one")]
    public async Task Parts_are_what_lies_between_boundaries(string body, string parts)
    {
        foreach (var step in (int[])[1, 2, 3, 7, 64, int.MaxValue])
            Assert.Equal(parts.Split('|'), (await ReadAsync(Encoding.Latin1.GetBytes(body), "b", step)).Select(Encoding.Latin1.GetString));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no boundary at all")]
    [InlineData("--c\r\n\r\none\r\n--c--")]
    [InlineData("--b")]
    [InlineData("--b\r\nContent-Type: a/b")]
    [InlineData("--b\r\n\r\none")]
    [InlineData("--b\r\n\r\none\r\n--b")]
    [InlineData("--b\r\n\r\none\r\n--")]
    [InlineData("--b\r\nno field\r\n\r\none\r\n--b--")]
    public async Task A_body_that_breaks_off_is_refused(string body)
    {
        await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(Encoding.Latin1.GetBytes(body), "b", 5));
    }

    [Fact]
    public async Task What_was_read_before_a_body_breaks_off_was_whole()
    {
        using var parts = new MultipartReader(new Steps("--b\r\n\r\none\r\n--b\r\n\r\ntw"u8.ToArray(), 4), "b");
        Assert.True(await parts.NextAsync(Any, default));
        Assert.Equal("one"u8.ToArray(), await ContentAsync(parts.Part));
        Assert.True(await parts.NextAsync(Any, default));
        await Assert.ThrowsAsync<MultipartException>(() => ContentAsync(parts.Part));
    }

    [Fact]
    public async Task A_part_that_is_not_wanted_is_passed_over()
    {
        using var parts = new MultipartReader(new Steps([.. "--b\r\n\r\n"u8, .. new byte[300_000], .. "\r\n--b\r\n\r\ntwo\r\n--b--"u8], 4096), "b");
        Assert.True(await parts.NextAsync(Any, default));
        Assert.True(await parts.NextAsync(300_000, default));
        Assert.Equal("two"u8.ToArray(), await ContentAsync(parts.Part));
        Assert.False(await parts.NextAsync(Any, default));
    }

    [Fact]
    public async Task A_part_without_end_is_not_passed_over()
    {
        using var parts = new MultipartReader(new Steps([.. "--b\r\n\r\n"u8, .. new byte[300_000]], 4096), "b");
        Assert.True(await parts.NextAsync(Any, default));
        await Assert.ThrowsAsync<MultipartException>(() => parts.NextAsync(100_000, default).AsTask());
    }

    [Theory]
    [InlineData("X-Field: a\r\n", 100)]
    [InlineData("X-Field: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1_000)]
    public async Task A_header_without_end_is_refused(string piece, int times)
    {
        var body = "--b\r\n" + string.Concat(Enumerable.Repeat(piece, times));
        var fault = await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(Encoding.ASCII.GetBytes(body), "b", 1000));
        Assert.Contains("more than", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preamble_without_end_is_refused()
    {
        await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(new byte[200_000], "b", 4096));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ä")]
    [InlineData("a\r\nb")]
    [InlineData("a ")]
    public void A_boundary_that_is_none_is_refused(string boundary) => Assert.Throws<MultipartException>(() => new MultipartReader(Stream.Null, boundary));

    [Fact]
    public async Task Header_fields_are_found_whatever_their_case_and_folding()
    {
        var body = "--b\r\ncontent-type : application/dicom;\r\n\ttransfer-syntax=1.2\r\nContent-Location: a:b\r\ncontent-location: c\r\n\r\nx\r\n--b--"u8.ToArray();
        using var parts = new MultipartReader(new Steps(body, 9), "b");
        Assert.True(await parts.NextAsync(Any, default));
        Assert.Equal("application/dicom", parts.Headers.ContentType!.MediaType);
        Assert.Equal("1.2", parts.Headers.ContentType.TransferSyntax);
        Assert.Equal("a:b", parts.Headers.Find("Content-Location"));
        Assert.Null(parts.Headers.Find("Content-ID"));
    }

    [Fact]
    public async Task Whatever_is_in_parts_comes_out_of_them()
    {
        var random = new Random(TestSeed.Take());
        for (var run = 0; run < 200; run++)
        {
            // Boundaries whose letters are in the parts too, so that much looks like one.
            var boundary = new string('-', random.Next(0, 4)) + new string('a', random.Next(1, 4));
            var parts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Letters(random, random.Next(0, 3_000))).Where(part => !Contains(part, boundary)).ToArray();
            if (parts.Length == 0)
                continue;
            var body = parts.SelectMany(part => (byte[])[.. Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n"), .. part, .. "\r\n"u8])
                .Concat(Encoding.ASCII.GetBytes($"--{boundary}--\r\n")).ToArray();
            var read = await ReadAsync(body, boundary, random.Next(1, 200));
            Assert.Equal(parts, read);
        }
    }

    private static byte[] Letters(Random random, int length)
    {
        var letters = "\r\n-a"u8.ToArray();
        return [.. Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)])];
    }

    // A boundary within the part, at its start too, is one.
    private static bool Contains(byte[] part, string boundary)
    {
        var text = "\r\n" + Encoding.ASCII.GetString(part) + "\r\n";
        for (var at = 0; (at = text.IndexOf($"\r\n--{boundary}", at, StringComparison.Ordinal)) >= 0; at++)
        {
            var behind = text[(at + 4 + boundary.Length)..];
            if (behind.StartsWith("--", StringComparison.Ordinal) || behind.TrimStart(' ', '\t') is ['\n', ..] or ['\r', '\n', ..])
                return true;
        }

        return false;
    }

    private static async Task<List<byte[]>> ReadAsync(byte[] body, string boundary, int step)
    {
        using var parts = new MultipartReader(new Steps(body, step), boundary);
        var read = new List<byte[]>();
        while (await parts.NextAsync(Any, default))
            read.Add(await ContentAsync(parts.Part));
        return read;
    }

    private static async Task<byte[]> ContentAsync(Stream part)
    {
        using var content = new MemoryStream();
        await part.CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>Gives no more than a few bytes at once, as networks do.</summary>
    private sealed class Steps(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, step)], cancellationToken);
    }
}
