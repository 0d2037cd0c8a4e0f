// What is decoded or encoded for an answer waits for its turn, and too much of it is refused.

using System.Net;
using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;
using FhirHub.Dicomweb.Tests.Archive;
using FhirHub.Dicomweb.Tests.Rendering;

namespace FhirHub.Dicomweb.Tests;

public sealed class TurnTests(DicomwebFixture fixture) : IClassFixture<DicomwebFixture>
{
    private const string DicomParts = "multipart/related; type=\"application/dicom\"";
    private static readonly TransferSyntax Rle = TransferSyntax.Find("1.2.840.10008.1.2.5")!;

    [Theory]
    [InlineData("", "application/dicom")]
    [InlineData("", DicomParts)]
    [InlineData("", "application/zip; transfer-syntax=1.2.840.10008.1.2.1")]
    [InlineData("/frames/1", null)]
    [InlineData("/pixeldata", null)]
    [InlineData("/bulkdata/7FE00010", null)]
    [InlineData("/rendered", null)]
    [InlineData("wado", null)]
    public async Task Too_many_that_have_to_be_decoded_are_told_when_to_come_again(string address, string? accept)
    {
        var path = await StoreAsync(TestImage.Gray("1.6.1"), Rle);
        var asked = address == "wado" ? $"/wado?requestType=WADO&studyUID={path.Study}&seriesUID={path.Series}&objectUID={path.Instance}&contentType=application/dicom" : path + address;
        await using (await Busy.MakeAsync(fixture.Service.PixelTurns))
        {
            using var refused = await fixture.SendAsync(asked, accept);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);

            // What goes as it is stored needs no turn.
            using var stored = await fixture.SendAsync($"{path}", "application/dicom; transfer-syntax=*");
            Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        }

        using var answer = await fixture.SendAsync(asked, accept);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Too_many_that_have_to_be_encoded_are_told_when_to_come_again()
    {
        var path = await StoreAsync(TestImage.Gray("1.6.2"));
        await using var busy = await Busy.MakeAsync(fixture.Service.PixelTurns);
        using var refused = await fixture.SendAsync($"{path}/frames/1", "image/dicom-rle");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        using var instance = await fixture.SendAsync($"{path}", $"application/dicom; transfer-syntax={Rle.Uid}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, instance.StatusCode);
    }

    [Fact]
    public async Task An_answer_that_has_begun_is_not_cut_off_by_others_that_wait()
    {
        await StoreAsync(TestImage.Gray("1.6.3"));
        await StoreAsync(TestImage.Gray("1.6.3") with { Instance = "1.6.3.1.2", Number = 2 }, Rle);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fixture.Base}/studies/1.6.3");
        request.Headers.TryAddWithoutValidation("Accept", DicomParts);
        HttpResponseMessage answer;
        await using (await Busy.MakeAsync(fixture.Service.PixelTurns))
            answer = await fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using (answer)
        {
            var parts = await Retrieved.PartsAsync(answer);
            Assert.Equal(2, parts.Count);
            Assert.Equal(PixelsOf(parts[0].Content), PixelsOf(parts[1].Content));
        }

        static byte[] PixelsOf(byte[] file) => DicomFile.Read(file).Dataset.Find(DicomTags.PixelData)!.GetBytes().ToArray();
    }

    private async Task<ImagePath> StoreAsync(TestImage image, TransferSyntax? syntax = null)
    {
        var bytes = image.ToBytes();
        if (syntax is not null)
            bytes = await DicomWriter.ToArrayAsync(await PixelTranscoder.TranscodeAsync(DicomFile.Read(bytes), syntax, PixelCodecs.Managed));
        await TestInstance.StoreAsync(fixture.Archive, bytes);
        return image.Path;
    }

    /// <summary>All turns are taken, and as many wait as may.</summary>
    private sealed class Busy : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly List<PixelGate.Turn> _taken = [];
        private readonly List<Task<PixelGate.Turn>> _waiting = [];

        public static async Task<Busy> MakeAsync(PixelGate gate)
        {
            var busy = new Busy();
            for (var i = 0; i < Environment.ProcessorCount; i++)
                busy._taken.Add(await gate.EnterAsync(hasBegun: false, default));
            for (var i = 0; i < 64 * Environment.ProcessorCount; i++)
                busy._waiting.Add(gate.EnterAsync(hasBegun: false, busy._end.Token).AsTask());
            return busy;
        }

        public async ValueTask DisposeAsync()
        {
            // Those that wait leave the queue before there is a turn for them.
            await _end.CancelAsync();
            foreach (var waiting in _waiting)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            _taken.ForEach(turn => turn.Dispose());
            _end.Dispose();
        }
    }
}
