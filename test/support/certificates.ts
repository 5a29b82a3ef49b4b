import { hash, KeyObject, type webcrypto, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Integer, OctetString, Utf8String } from 'asn1js'
import { AttributeTypeAndValue, BasicConstraints, Certificate, Extension, GeneralName, GeneralNames } from 'pkijs'

/** A certificate with its key. */
export interface Identity {
  readonly certificate: X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
  /** In PEM. */
  readonly cert: string
  readonly key: string
  /** RFC 8705: what binds a token to it. */
  readonly cnf: { readonly 'x5t#S256': string }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const commonName = '2.5.4.3'
const [basicConstraints, subjectAltName] = ['2.5.29.19', '2.5.29.17']
const ipAddress = 7

/** Of a name, good for an hour, for whoever listens on 127.0.0.1; signed by itself or by an authority. */
export async function newIdentity(name: string, authority?: Identity): Promise<Identity> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = new Certificate({ version: 2, serialNumber: new Integer({ value: Date.now() }) })
  certificate.subject.typesAndValues.push(nameOf(name))
  certificate.issuer.typesAndValues.push(nameOf(authority?.certificate.subject.replace('CN=', '') ?? name))
  certificate.notBefore.value = new Date(Date.now() - 60_000)
  certificate.notAfter.value = new Date(Date.now() + 3_600_000)
  certificate.extensions = [authorityOrNot(authority === undefined), loopback()]
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  await certificate.sign((authority?.keys ?? keys).privateKey, 'SHA-256')
  return identityOf(certificate, keys)
}

/** Writes both beside one another, for a listener. */
export async function writeIdentity(
  directory: string,
  { cert, key }: Identity,
): Promise<{ certFile: string; keyFile: string }> {
  const files = { certFile: join(directory, 'tls.crt'), keyFile: join(directory, 'tls.key') }
  await Promise.all([writeFile(files.certFile, cert), writeFile(files.keyFile, key, { mode: 0o600 })])
  return files
}

function identityOf(made: Certificate, keys: webcrypto.CryptoKeyPair): Identity {
  const certificate = new X509Certificate(Buffer.from(made.toSchema(true).toBER()))
  return {
    certificate,
    keys,
    cert: certificate.toString(),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    cnf: { 'x5t#S256': hash('sha256', certificate.raw, 'base64url') },
  }
}

function nameOf(name: string): AttributeTypeAndValue {
  return new AttributeTypeAndValue({ type: commonName, value: new Utf8String({ value: name }) })
}

function authorityOrNot(cA: boolean): Extension {
  const extnValue = new BasicConstraints({ cA }).toSchema().toBER()
  return new Extension({ extnID: basicConstraints, critical: true, extnValue })
}

function loopback(): Extension {
  const value = new OctetString({ valueHex: new Uint8Array([127, 0, 0, 1]).buffer })
  const names = new GeneralNames({ names: [new GeneralName({ type: ipAddress, value })] })
  return new Extension({ extnID: subjectAltName, critical: false, extnValue: names.toSchema().toBER() })
}
