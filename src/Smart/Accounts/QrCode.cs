// A QR code (ISO/IEC 18004) of a short text, as SVG.

using System.Globalization;
using System.Text;
using FhirHub.Html;
using QRCoder;

namespace FhirHub.Smart;

/// <summary>Codes that cameras read.</summary>
internal static class QrCode
{
    /// <summary>Writes the code of a text as an image; error correction level M.</summary>
    public static void Write(HtmlWriter html, Label label, string text)
    {
        // The light modules that must surround the code are part of it.
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            for (var x = 0; x < code.ModuleMatrix[y].Count; x++)
            {
                if (code.ModuleMatrix[y][x])
                    path.Append(CultureInfo.InvariantCulture, $"M{x},{y}h1v1h-1z");
            }
        }

        var side = code.ModuleMatrix.Count;
        html.Open("svg", ("class", "qr"), ("role", "img"), ("aria-label", label.In(html.Language)), ("viewBox", $"0 0 {side} {side}"), ("shape-rendering", "crispEdges"));

        // Light must be light whatever the colours of the page are, or cameras can't read it.
        html.Empty("path", ("d", $"M0,0h{side}v{side}h-{side}z"), ("fill", "#fff")).Empty("path", ("d", path.ToString()), ("fill", "#000"));
        html.Close();
    }
}
