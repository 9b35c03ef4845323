using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace VsanEmu.Control.Redis;

/// <summary>What is wrong with a server's certificate, in words: all of it, so that nobody mends one thing only to learn of the next.</summary>
internal static class CertificateFault
{
    private const X509ChainStatusFlags Times = X509ChainStatusFlags.NotTimeValid;

    /// <summary>Says it.</summary>
    /// <param name="errors">What the TLS layer found.</param>
    /// <param name="chain">The certificate and those who signed it, as far as they are known.</param>
    public static string Tell(SslPolicyErrors errors, X509Chain? chain)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "it shows no certificate";
        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) faults.Add("its certificate is another host's: give the name that stands in it");
        X509ChainStatusFlags found = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status) ?? X509ChainStatusFlags.NoError;
        if (found.HasFlag(Times)) faults.Add(OutOfTime(chain!));
        if ((found & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            faults.Add("its certificate is not signed by an authority that is trusted here: set SSL_CERT_FILE to the authority's certificate");
        return faults.Count > 0 ? string.Join("; ", faults) : $"its certificate cannot be trusted: {found}";
    }

    private static string OutOfTime(X509Chain chain)
    {
        int at = 0;
        while (at < chain.ChainElements.Count - 1 && !chain.ChainElements[at].ChainElementStatus.Any(s => s.Status == Times)) at++;
        X509Certificate2 certificate = chain.ChainElements[at].Certificate;
        string whose = at == 0 ? "its certificate" : "the certificate of the authority that signed its own";
        return certificate.NotAfter < DateTime.Now
            ? $"{whose} has expired: it was valid until {Day(certificate.NotAfter)}"
            : $"{whose} is not valid yet: it will be from {Day(certificate.NotBefore)} on (is this machine's clock right?)";
    }

    private static string Day(DateTime local) => local.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
